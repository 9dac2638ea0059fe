"""Requests and answers as MLflow's scoring server has them: `/invocations`, as JSON or CSV.

JSON holds exactly one of `dataframe_split`, `dataframe_records`, `instances` (row by row) and `inputs` (column by
column), and `params` where an option is to be given: `{"predict_method": "predict_proba"}`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from runner.errors import DataError, did_you_mean
from runner.serve.questions import Question, rows_of, too_many
from runner.serve.replies import Refusal, Reply, read_json
from runner.ship.fields import typed
from runner.ship.opened import LABELS, Answer, outputs_of
from runner.ship.signature import MATRIX, Signature


def read_invocation(body: bytes, content_type: str, signature: Signature, most_rows: int) -> Question:
    """Read a request. content_type: without parameters, lower case. Raises Refusal."""
    if content_type == "text/csv":
        return Question(rows_of(signature, _csv(body, signature, most_rows), most_rows), (LABELS,))
    if content_type not in ("application/json", ""):
        raise Refusal(415, f"Content-Type is {content_type!r:.100}; send 'application/json' or 'text/csv'")
    record = read_json(body)
    given = [name for name in _FORMS if isinstance(record, dict) and name in record]
    if len(given) != 1:
        raise Refusal(400, f"the body has exactly one of {', '.join(_FORMS)}; found {', '.join(given) or 'none'}")
    unknown = sorted(record.keys() - {*_FORMS, "params"})
    if unknown:
        raise Refusal(400, f"nothing is known of {unknown[0]!r:.100}; beside {given[0]!r} there may be 'params'")
    columns = _FORMS[given[0]](record[given[0]], signature)
    for values in columns.values():
        if len(values) > most_rows:
            raise too_many(len(values), most_rows)
    return Question(rows_of(signature, columns, most_rows), (_method(record.get("params"), signature),))


def write_invocation(asked: Question, answer: Answer) -> Reply:
    """Write `{"predictions": [...]}`, a list of chances a row where they were asked for."""
    values = answer[asked.wanted[0]]
    is_number = values.dtype.kind in "biuf"
    return Reply.of({"predictions": np.ascontiguousarray(values) if is_number else values.astype(str).tolist()})


def _method(params: Any, signature: Signature) -> str:
    """Return the output that is asked for."""
    if params is not None and not isinstance(params, dict):
        raise Refusal(400, f"'params' is a mapping, found {params!r:.100}")
    unknown = sorted((params or {}).keys() - {"predict_method"})
    if unknown:
        raise Refusal(400, f"there is no param {unknown[0]!r:.100}. {did_you_mean(unknown[0], ['predict_method'])}")
    method = (params or {}).get("predict_method", LABELS)
    if method not in outputs_of(signature):
        offered = ", ".join(outputs_of(signature))
        raise Refusal(400, f"predict_method {method!r:.100} is none of this model's: {offered}")
    return str(method)


def _split(given: Any, signature: Signature) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("data"), list):
        raise Refusal(400, "'dataframe_split' is a mapping with 'columns' and 'data'")
    if "columns" not in given:
        return _by_place(given["data"], signature)
    names, rows = given["columns"], given["data"]
    if not isinstance(names, list):
        raise Refusal(400, f"'columns' is a list of names, found {names!r:.100}")
    if signature.kind == "array":
        return _by_place(rows, signature)
    wrong = next(
        (place for place, row in enumerate(rows) if not isinstance(row, list) or len(row) != len(names)), None
    )
    if wrong is not None:
        raise Refusal(400, f"row {wrong} of 'data' is no list of {len(names)} values, one a column")
    return {str(name): [row[place] for row in rows] for place, name in enumerate(names)}


def _records(given: Any, signature: Signature) -> dict[str, Any]:
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise Refusal(400, "a list of mappings is expected, one a row")
    columns: dict[str, Any] = {}
    for one in signature.inputs:
        found = [row for row in given if one.name in row]
        if found:  # a column that no row has is missing, and is told as such
            columns[one.name] = [row.get(one.name) for row in given]
    return columns


def _instances(given: Any, signature: Signature) -> dict[str, Any]:
    if isinstance(given, list) and given and all(isinstance(row, dict) for row in given):
        return _records(given, signature)
    return _by_place(given, signature)


def _inputs(given: Any, signature: Signature) -> dict[str, Any]:
    if isinstance(given, dict):
        return {str(name): values if isinstance(values, list) else [values] for name, values in given.items()}
    return _by_place(given, signature)


def _by_place(given: Any, signature: Signature) -> dict[str, Any]:
    """Return rows without names by the columns' order in training."""
    if not isinstance(given, list):
        raise Refusal(400, f"a list of rows is expected, found {given!r:.100}")
    if signature.kind == "array":
        return {signature.inputs[0].name: given}
    names = [one.name for one in signature.inputs]
    if len(names) == 1 and not all(isinstance(row, list) for row in given):
        return {names[0]: given}
    wrong = next(
        (place for place, row in enumerate(given) if not isinstance(row, list) or len(row) != len(names)), None
    )
    if wrong is not None:
        listed = ", ".join(names[:20])
        raise Refusal(400, f"row {wrong} is no list of {len(names)} values, one for each of {listed}")
    return {name: [row[place] for row in given] for place, name in enumerate(names)}


_FORMS: Mapping[str, Callable[[Any, Signature], dict[str, Any]]] = MappingProxyType(
    {"dataframe_split": _split, "dataframe_records": _records, "instances": _instances, "inputs": _inputs}
)


def _csv(body: bytes, signature: Signature, most_rows: int) -> dict[str, Any]:
    """Read a header and rows, each value by the type of its column; an empty field is a missing value."""
    try:
        lines = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = next(lines, [])
        rows = [row for row in lines if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal(400, f"the body is no CSV: {error}") from None
    if len(rows) > most_rows:
        raise too_many(len(rows), most_rows)
    wrong = next((place for place, row in enumerate(rows) if len(row) != len(header)), None)
    if wrong is not None:
        raise Refusal(400, f"row {wrong} has {len(rows[wrong])} fields, and the header has {len(header)}")
    known = {one.name: one for one in signature.inputs}
    try:
        if signature.kind == "array":
            return {MATRIX: [typed(row, signature.inputs[0]) for row in rows]}
        return {
            name: typed([row[place] for row in rows], known[name])
            for place, name in enumerate(header)
            if name in known
        }
    except DataError as error:
        raise Refusal(400, str(error)) from None
