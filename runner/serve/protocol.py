"""The Open Inference Protocol, version 2, over HTTP: what a request asks and how the answer is written.

A body is JSON, or JSON followed by the bytes of those tensors that say `binary_data_size`; the header
`Inference-Header-Content-Length` tells where the JSON ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import did_you_mean
from runner.serve.questions import Question, rows_of, too_many
from runner.serve.replies import Refusal, Reply, as_json, read_json
from runner.serve.tensors import Tensor, bytes_of, datatype_of, json_of, read_tensor
from runner.ship.opened import CHANCES, LABELS, Answer, Opened, outputs_of
from runner.ship.signature import MATRIX, Signature

#: Where the JSON of a body ends, as ASGI writes header names.
JSON_LENGTH = b"inference-header-content-length"


@dataclass(frozen=True)
class Inference:
    """A request as it was understood. id: given back; binary: outputs that leave as bytes."""

    question: Question
    id: str | None
    binary: frozenset[str]


def read_inference(body: bytes, json_length: bytes | None, signature: Signature, most_rows: int) -> Inference:
    """Read a request. json_length: of the header, where it came. Raises Refusal."""
    end = _json_end(json_length, len(body))
    record = read_json(body if json_length is None else memoryview(body)[:end])
    if not isinstance(record, dict) or not isinstance(record.get("inputs"), list) or not record["inputs"]:
        raise Refusal(400, "the body has no 'inputs'; an inference request is a mapping with a list of them")
    id_ = record.get("id")
    if id_ is not None and not isinstance(id_, str):
        raise Refusal(400, f"'id' is a text, found {id_!r:.100}")
    tensors = _tensors(record["inputs"], memoryview(body)[end:])
    rows = rows_of(signature, _columns(signature, tensors, most_rows), most_rows)
    wanted, binary = _outputs(record, outputs_of(signature))
    return Inference(Question(rows, wanted), id_, binary)


def _json_end(told: bytes | None, length: int) -> int:
    if told is None:
        return length
    if not told.isdigit() or int(told) > length:
        raise Refusal(400, f"Inference-Header-Content-Length is {told!r:.50}, and the body has {length} bytes")
    return int(told)


def _parameters(record: Mapping[str, Any]) -> Mapping[str, Any]:
    given = record.get("parameters")
    if given is not None and not isinstance(given, dict):
        raise Refusal(400, f"'parameters' is a mapping, found {given!r:.100}")
    return given or {}


def _tensors(records: Sequence[Any], raw: memoryview) -> list[Tensor]:
    tensors: dict[str, Tensor] = {}
    place = 0
    for record in records:
        if not isinstance(record, dict):
            raise Refusal(400, f"an input is a mapping, found {record!r:.100}")
        size = _parameters(record).get("binary_data_size")
        if size is None:
            tensor = read_tensor(record)
        elif type(size) is not int or size < 0 or place + size > len(raw):
            name = record.get("name")
            raise Refusal(400, f"input {name!r}: binary_data_size is {size!r:.50}, {len(raw) - place} bytes are left")
        else:
            tensor = read_tensor(record, raw[place : place + size])
            place += size
        if tensor.name in tensors:
            raise Refusal(400, f"input {tensor.name!r} is given twice")
        tensors[tensor.name] = tensor
    if place != len(raw):
        raise Refusal(400, f"{len(raw) - place} bytes after the JSON belong to no input")
    return list(tensors.values())


def _columns(signature: Signature, tensors: Sequence[Tensor], most_rows: int) -> dict[str, NDArray[Any]]:
    """Return values by input. Raises Refusal for one that the model does not have."""
    known = [one.name for one in signature.inputs] + [MATRIX] * signature.takes_matrix
    for tensor in tensors:
        if tensor.name not in known:
            raise Refusal(400, f"there is no input {tensor.name!r:.100}. {did_you_mean(tensor.name, known)}")
        if len(tensor.values) > most_rows:
            raise too_many(len(tensor.values), most_rows)
    return {tensor.name: tensor.values for tensor in tensors}


def _outputs(record: Mapping[str, Any], offered: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the outputs that are wanted, and those of them that leave as bytes."""
    all_binary = bool(_parameters(record).get("binary_data_output", False))
    asked = record.get("outputs")
    if not asked:
        return offered, frozenset(offered if all_binary else ())
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise Refusal(400, f"'outputs' is a list of mappings, found {asked!r:.100}")
    wanted: dict[str, bool] = {}
    for one in asked:
        if one.get("name") not in offered:
            raise Refusal(400, f"there is no output {one.get('name')!r:.100}. Offered: {', '.join(offered)}.")
        wanted[one["name"]] = bool(_parameters(one).get("binary_data", all_binary))
    return tuple(wanted), frozenset(name for name, binary in wanted.items() if binary)


def write_inference(served: Opened, asked: Inference, answer: Answer) -> Reply:
    """Write an answer as it was asked for."""
    outputs: list[dict[str, Any]] = []
    raw: list[bytes] = []
    for name in asked.question.wanted:
        values = answer[name]
        output: dict[str, Any] = {"name": name, "datatype": datatype_of(values), "shape": list(values.shape)}
        if name in asked.binary:
            raw.append(bytes_of(values))
            output["parameters"] = {"binary_data_size": len(raw[-1])}
        else:
            output["data"] = json_of(values)
        outputs.append(output)
    record: dict[str, Any] = {"model_name": served.name, "model_version": served.version, "outputs": outputs}
    if asked.id is not None:
        record["id"] = asked.id
    head = as_json(record)
    if not raw:
        return Reply(200, head)
    length = {"Inference-Header-Content-Length": str(len(head))}
    return Reply(200, b"".join([head, *raw]), "application/octet-stream", length)


def server_metadata(version: str) -> dict[str, Any]:
    """Say who answers. version: of runner."""
    return {"name": "runner", "version": version, "extensions": ["binary_tensor_data"]}


def model_metadata(served: Opened) -> dict[str, Any]:
    """Say what the model is asked with and what it answers."""
    signature = served.signature
    inputs = [{"name": one.name, "datatype": one.datatype, "shape": [-1, *one.shape]} for one in signature.inputs]
    outputs = [{"name": LABELS, "datatype": _label_type(signature), "shape": [-1]}]
    if signature.probabilities:
        outputs.append({"name": CHANCES, "datatype": "FP64", "shape": [-1, len(signature.classes or ())]})
    parameters: dict[str, Any] = {"engine": served.engine, "sha256": served.sha256}
    if signature.classes is not None:
        parameters["classes"] = list(signature.classes)
    if signature.takes_matrix:
        parameters["matrix"] = {"name": MATRIX, "datatype": "FP64", "shape": [-1, len(signature.inputs)]}
    return {
        "name": served.name,
        "versions": [served.version],
        "platform": f"runner_{served.engine}",
        "inputs": inputs,
        "outputs": outputs,
        "parameters": parameters,
    }


def _label_type(signature: Signature) -> str:
    return "FP64" if signature.classes is None else datatype_of(np.asarray(signature.classes))
