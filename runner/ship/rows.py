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
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError, did_you_mean
from runner.ship.signature import MATRIX, Input, Signature


def plain_rows(signature: Signature, features: Any) -> dict[str, list[Any]]:
    """Return features as lists by input, None where a value is missing or not finite."""
    if signature.kind == "table":
        return {one.name: _plain_column(features.iloc[:, place]) for place, one in enumerate(signature.inputs)}
    dense = features.toarray() if hasattr(features, "toarray") else np.asarray(features)
    return {MATRIX: _without_nan(dense.tolist()) if dense.dtype.kind == "f" else dense.tolist()}


@dataclass(frozen=True)
class Rows:
    """Rows that a model may be asked with: checked, one array an input, as requests of many are joined.

    columns: input -> (n_rows, …) numbers of the type that the model takes, or texts (object) with None where missing.
    """

    columns: Mapping[str, NDArray[Any]]
    n_rows: int

    @property
    def makeup(self) -> tuple[Any, ...]:
        """What rows must have in common to be joined: then each is asked with as if it had come alone."""
        return tuple([(array.dtype, array.shape[1:]) for array in self.columns.values()])

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """Put rows of one makeup under each other."""
        if len(parts) == 1:
            return parts[0]
        columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
        return cls(columns, sum(part.n_rows for part in parts))


def features_of(signature: Signature, columns: Mapping[str, Any]) -> Any:
    """Return the frame or array that the model takes: `framed` of `checked`."""
    return framed(signature, checked(signature, columns))


def checked(signature: Signature, columns: Mapping[str, Any]) -> Rows:
    """Hold values against what the model was trained on. columns: input -> (n_rows, …) values, None where missing.

    A table of numbers may come as one matrix named "input". Inputs that the model does not know are left out, as
    they are in Python. Raises DataError for one that is missing, of another length, or of another type.
    """
    if signature.kind == "array":
        name = signature.inputs[0].name
        array = _array(signature.inputs[0], _given(columns, name))
        return Rows({name: array}, len(array))
    if MATRIX in columns and signature.takes_matrix:
        columns = _columns_of(signature, columns[MATRIX])
    made = {one.name: _column(one, _given(columns, one.name)) for one in signature.inputs}
    lengths = {len(values) for values in made.values()}
    if len(lengths) > 1:
        told = ", ".join(f"{name!r} {len(values)}" for name, values in list(made.items())[:10])
        raise DataError(f"the inputs have different numbers of rows: {told}. Give every input one value a row.")
    return Rows(made, lengths.pop() if lengths else 0)


def framed(signature: Signature, rows: Rows) -> Any:
    """Return checked rows as the frame or array that the model takes."""
    if signature.kind == "array":
        return rows.columns[signature.inputs[0].name]
    import pandas as pd  # models of arrays do not pay for it

    types = {array.dtype for array in rows.columns.values()}
    if len(types) == 1 and types != {np.dtype(object)}:  # one block of numbers is made at once
        return pd.DataFrame(np.stack(list(rows.columns.values()), axis=1), columns=list(rows.columns))
    return pd.DataFrame({one.name: _series(one, rows.columns[one.name]) for one in signature.inputs})


def _given(columns: Mapping[str, Any], name: str) -> Any:
    if name not in columns:
        raise DataError(
            f"the rows to predict lack the input {name!r}, which the model was trained on. "
            f"{did_you_mean(name, [str(key) for key in columns])}"
        )
    return columns[name]


def _columns_of(signature: Signature, matrix: Any) -> dict[str, Any]:
    try:
        table = matrix if hasattr(matrix, "dtype") else np.asarray(matrix, dtype=object)
    except ValueError as error:
        raise DataError(f"the input {MATRIX!r} is no matrix: {error}") from None
    if table.ndim != 2 or table.shape[1] != len(signature.inputs):
        raise DataError(
            f"the input {MATRIX!r} has shape {list(table.shape)}, but the model was trained on "
            f"{len(signature.inputs)} columns: give [n_rows, {len(signature.inputs)}], or one input per column."
        )
    return {one.name: table[:, place] for place, one in enumerate(signature.inputs)}


def _column(one: Input, values: Any) -> NDArray[Any]:
    """Check the values of one column. values: one a row, or [n_rows, 1], which says the same."""
    if one.datatype != "BYTES":
        return _numbers(one, values)
    flat = _flat(one, values)
    wrong = next((value for value in flat if value is not None and not isinstance(value, str | bytes)), None)
    if wrong is not None:
        raise DataError(f"input {one.name!r}: expected texts, found {_short(wrong)}. Send BYTES.")
    return _objects([value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in flat])


def _series(one: Input, values: NDArray[Any]) -> Any:
    import pandas as pd

    if one.datatype != "BYTES":
        return values
    texts = values.tolist()
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
        raise DataError(
            f"input {one.name!r}: expected one value a row, found {_short(nested)}. Give shape [n_rows, 1]."
        )
    return listed


def _numbers(one: Input, values: Any) -> NDArray[Any]:
    array = _at_once(values)
    missing = False
    if array is None:
        flat = _flat(one, values)
        wrong = next((value for value in flat if value is not None and not _is_number(value)), None)
        if wrong is not None:
            raise DataError(f"input {one.name!r}: expected numbers ({one.datatype}), found {_short(wrong)}.")
        missing = any(value is None for value in flat)
        array = np.array(
            [np.nan if value is None else value for value in flat], dtype=np.float64 if missing else None
        )
    kind = np.dtype(one.dtype).kind if one.dtype in np.sctypeDict else "f"
    if missing or kind == "f" or one.datatype == "FP64":
        return array.astype(np.float64)
    if kind == "b" and array.dtype.kind != "b" and not np.isin(array, (0, 1)).all():
        raise DataError(f"input {one.name!r}: expected BOOL, found other numbers than 0 and 1.")
    # A number that is not whole, or too large, where whole ones were learned from is a number all the same.
    return array.astype(one.dtype) if _is_whole(array) and _holds(one.dtype, array) else array.astype(np.float64)


def _at_once(values: Any) -> NDArray[Any] | None:
    """Return one number a row, or None where the values have to be looked at one by one."""
    if isinstance(values, list) and not set(map(type, values)) <= _PLAIN:
        return None  # texts would all be given the room of the longest
    array = np.asarray(values)
    if array.dtype.kind not in "iufb" or array.ndim not in (1, 2) or array.shape[1:] not in ((), (1,)):
        return None
    return array.reshape(-1)


#: Types of numbers in JSON.
_PLAIN = frozenset({int, float, bool})


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.bool_)


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _short(value: Any) -> str:
    """Show a value of whatever length in a message."""
    told = repr(value)
    return told if len(told) <= 100 else f"{told[:100]} …"


def _array(one: Input, values: Any) -> Any:
    if one.datatype == "BYTES":
        return _texts(one, values)
    array = values if getattr(values, "dtype", None) is not None else _nested(one, values)
    if array.dtype.kind not in "iufb":
        array = _floats(one, array)
    if array.shape[1:] != one.shape:
        raise DataError(
            f"input {one.name!r} has shape {list(array.shape)}, but the model was trained on "
            f"{['n_rows', *one.shape]}. Give rows like those, also for a single one."
        )
    return array.astype(one.dtype) if _is_whole(array) and _holds(one.dtype, array) else array.astype(np.float64)


def _is_whole(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "iub" or bool(np.isfinite(array).all() and (array == np.floor(array)).all())


def _nested(one: Input, values: Any) -> NDArray[Any]:
    """Return lists in lists as an array of objects, which takes no more room than they do."""
    try:
        return np.array(values, dtype=object)
    except ValueError as error:
        raise DataError(f"input {one.name!r}: no array of {one.datatype}: {error}") from None


def _floats(one: Input, array: NDArray[Any]) -> NDArray[Any]:
    flat = array.ravel().tolist()
    if not set(map(type, flat)) <= {*_PLAIN, type(None)}:
        wrong = next((value for value in flat if value is not None and not _is_number(value)), None)
        if isinstance(wrong, list):
            raise DataError(f"input {one.name!r}: the lists in it have different lengths, so it is no array.")
        if wrong is not None:
            raise DataError(f"input {one.name!r}: expected numbers ({one.datatype}), found {_short(wrong)}.")
    if None in flat or one.datatype == "FP64":
        return array.astype(np.float64)
    return np.array(flat).reshape(array.shape)


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
        raise DataError(f"input {one.name!r}: expected texts, found {_short(wrong)}. Send BYTES.")
    return _objects(flat).reshape(array.shape)


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
