"""Rows in plain values, as requests and files hold them, and the features that a model takes.

>>> import pandas as pd
>>> from runner.data import Dataset
>>> from runner.ship.signature import Signature
>>> frame = pd.DataFrame({"age": [31.0, None], "job": ["nurse", "cook"]})
>>> signature = Signature.of(Dataset.of(frame), classes=None, probabilities=False)
>>> plain_rows(signature, frame)
{'age': [31.0, None], 'job': ['nurse', 'cook']}
>>> features_of(signature, plain_rows(signature, frame)).equals(frame)
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from runner.errors import DataError, did_you_mean
from runner.ship.signature import MATRIX, Input, Signature


def plain_rows(signature: Signature, features: Any) -> dict[str, list[Any]]:
    """Return features as lists by input, None where a value is missing or not finite."""
    if signature.kind == "table":
        return {one.name: _plain_column(features.iloc[:, place]) for place, one in enumerate(signature.inputs)}
    dense = features.toarray() if hasattr(features, "toarray") else np.asarray(features)
    return {MATRIX: _without_nan(dense.tolist()) if dense.dtype.kind == "f" else dense.tolist()}


def features_of(signature: Signature, columns: Mapping[str, Any]) -> Any:
    """Return the frame or array that the model takes. columns: input -> (n_rows, …) values, None where missing.

    A table of numbers may come as one matrix named "input". Inputs that the model does not know are left out, as
    they are in Python. Raises DataError for one that is missing, of another length, or of another type.
    """
    if signature.kind == "array":
        return _array(signature.inputs[0], _given(columns, signature.inputs[0].name))
    if MATRIX in columns and signature.numeric and all(one.name != MATRIX for one in signature.inputs):
        columns = _columns_of(signature, columns[MATRIX])
    return _frame(signature, columns)


def _frame(signature: Signature, columns: Mapping[str, Any]) -> Any:
    import pandas as pd  # models of arrays do not pay for it

    made = {one.name: _series(one, _given(columns, one.name)) for one in signature.inputs}
    lengths = {name: len(values) for name, values in made.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} {length}" for name, length in list(lengths.items())[:10])
        raise DataError(f"the inputs have different numbers of rows: {told}. Give every input one value a row.")
    return pd.DataFrame(made)


def _given(columns: Mapping[str, Any], name: str) -> Any:
    if name not in columns:
        raise DataError(
            f"the rows to predict lack the input {name!r}, which the model was trained on. "
            f"{did_you_mean(name, [str(key) for key in columns])}"
        )
    return columns[name]


def _columns_of(signature: Signature, matrix: Any) -> dict[str, Any]:
    try:
        table = np.asarray(matrix, dtype=object)
    except ValueError as error:
        raise DataError(f"the input {MATRIX!r} is no matrix: {error}") from None
    if table.ndim != 2 or table.shape[1] != len(signature.inputs):
        raise DataError(
            f"the input {MATRIX!r} has shape {list(table.shape)}, but the model was trained on "
            f"{len(signature.inputs)} columns: give [n_rows, {len(signature.inputs)}], or one input per column."
        )
    return {one.name: table[:, place].tolist() for place, one in enumerate(signature.inputs)}


def _series(one: Input, values: Any) -> Any:
    import pandas as pd

    flat = _flat(one, values)
    if one.datatype != "BYTES":
        return _numbers(one, flat)
    wrong = next((value for value in flat if value is not None and not isinstance(value, str | bytes)), None)
    if wrong is not None:
        raise DataError(f"input {one.name!r}: expected texts, found {wrong!r}. Send BYTES.")
    texts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in flat]
    column = pd.Series(texts, dtype=None if any(text is not None for text in texts) else object)
    if one.dtype.startswith(("datetime", "timedelta")):
        return _dated(one, column)
    return column.astype("category") if one.dtype == "category" else column


def _dated(one: Input, column: Any) -> Any:
    try:
        return column.astype(one.dtype)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"input {one.name!r}: a value is no date ({error}). Send ISO 8601, such as '2026-01-31T12:00:00'."
        ) from None


def _flat(one: Input, values: Any) -> list[Any]:
    """Return one value a row; [n, 1] is [n] said otherwise."""
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    if listed and all(isinstance(value, list) and len(value) == 1 for value in listed):
        listed = [value[0] for value in listed]
    nested = next((value for value in listed if isinstance(value, list | dict)), None)
    if nested is not None:
        raise DataError(f"input {one.name!r}: expected one value a row, found {nested!r}. Give shape [n_rows, 1].")
    return listed


def _numbers(one: Input, flat: Sequence[Any]) -> Any:
    wrong = next((value for value in flat if value is not None and not _is_number(value)), None)
    if wrong is not None:
        raise DataError(f"input {one.name!r}: expected numbers ({one.datatype}), found {wrong!r}.")
    missing = any(value is None for value in flat)
    array = np.array([np.nan if value is None else value for value in flat], dtype=np.float64 if missing else None)
    if not len(flat):
        array = np.empty(0)
    kind = np.dtype(one.dtype).kind if one.dtype in np.sctypeDict else "f"
    if missing or kind == "f" or one.datatype == "FP64":
        return array.astype(np.float64)
    if kind in "iu" and array.dtype.kind == "f" and not (array == np.floor(array)).all():
        return array  # a fraction where whole numbers were learned from is a number all the same
    return array.astype(one.dtype)


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.bool_)


def _array(one: Input, values: Any) -> Any:
    if one.datatype == "BYTES":
        return _texts(one, values)
    try:
        array = np.asarray(values, dtype=np.float64 if one.datatype == "FP64" else None)
    except (ValueError, TypeError) as error:
        raise DataError(f"input {one.name!r}: no array of {one.datatype}: {error}") from None
    if array.dtype == object or array.dtype.kind not in "iufb":
        array = _floats(one, array)
    if array.shape[1:] != one.shape:
        raise DataError(
            f"input {one.name!r} has shape {list(array.shape)}, but the model was trained on "
            f"{['n_rows', *one.shape]}. Give rows like those, also for a single one."
        )
    whole = array.dtype.kind in "iub" or (np.isfinite(array).all() and (array == np.floor(array)).all())
    return array.astype(one.dtype) if whole and _holds(one.dtype, array) else array.astype(np.float64)


def _floats(one: Input, array: Any) -> Any:
    try:
        return array.astype(np.float64)
    except (ValueError, TypeError):
        raise DataError(
            f"input {one.name!r}: expected numbers ({one.datatype}), found {array.ravel()[:1]!r}."
        ) from None


def _holds(dtype: str, array: Any) -> bool:
    """Say whether a type has room for the values."""
    if np.dtype(dtype).kind not in "iu" or not array.size:
        return True
    room = np.iinfo(dtype)
    return bool(array.min() >= room.min and array.max() <= room.max)


def _texts(one: Input, values: Any) -> Any:
    array = np.asarray(values, dtype=object)
    wanted = one.shape
    if array.shape[1:] == (1,) and wanted == ():
        array = array[:, 0]
    if array.shape[1:] != wanted:
        raise DataError(f"input {one.name!r} has shape {list(array.shape)}; give {['n_rows', *wanted]}.")
    flat = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in array.ravel()]
    wrong = next((value for value in flat if value is not None and not isinstance(value, str)), None)
    if wrong is not None:
        raise DataError(f"input {one.name!r}: expected texts, found {wrong!r}. Send BYTES.")
    made = np.empty(len(flat), dtype=object)
    made[:] = flat
    return made.reshape(array.shape)


def _plain_column(column: Any) -> list[Any]:
    missing = column.isna().tolist()
    dated = getattr(column.dtype, "kind", "O") in "mM"
    values = column.astype(str).tolist() if dated else column.tolist()
    return [
        None if gone or (isinstance(value, float) and not np.isfinite(value)) else value
        for value, gone in zip(values, missing, strict=True)
    ]


def _without_nan(nested: Any) -> Any:
    if isinstance(nested, list):
        return [_without_nan(item) for item in nested]
    return nested if np.isfinite(nested) else None
