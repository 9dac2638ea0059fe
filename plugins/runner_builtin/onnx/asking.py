"""What a graph is asked with: one input per column of a table, each (n, 1), or one input for all of an array.

Numbers come 64 bits wide, missing ones as NaN; texts as texts, missing ones as `MISSING`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError
from runner_builtin.onnx.features import MISSING, Features, NotConvertible, Tensor

#: The one input of a graph of arrays.
MATRIX = "input"
#: So many characters, or numbers, are worked on at once.
_AT_ONCE = 400_000


def inputs_of(features: Any) -> Features:
    """Return the inputs that rows like these want. Raises NotConvertible for what is neither numbers nor texts."""
    if hasattr(features, "iloc"):
        return {str(name): _column(str(name), features.iloc[:, place]) for place, name in enumerate(features.columns)}
    if features.dtype.kind in "OU":
        if features.ndim > 2 or (features.ndim == 2 and features.shape[1] != 1):
            raise NotConvertible(f"its rows are texts of shape {features.shape[1:]}; a table names its columns")
        return Tensor(MATRIX, "text", (1,), gaps=MATRIX)
    if features.dtype.kind not in "biuf":
        raise NotConvertible(f"its rows are of type {features.dtype}, neither numbers nor texts")
    return Tensor(MATRIX, "double", tuple(map(int, features.shape[1:])))


def _column(name: str, column: Any) -> Tensor:
    kind = getattr(column.dtype, "kind", "O")
    if kind in "biuf":
        return Tensor(name, "double", (1,), (name,))
    if kind in "mMc":
        raise NotConvertible(
            f"the column {name!r} of {column.dtype} has no converter; leave it out by 'drop_columns'"
        )
    return Tensor(name, "text", (1,), (name,), gaps=name)


def feeds(rows: Any, wanted: Mapping[str, str], required: frozenset[str]) -> Iterator[dict[str, NDArray[Any]]]:
    """Give rows as the graph takes them, block by block. wanted: input -> "text" or "double".

    Raises DataError for a column that is not there, a text where a number is due, a missing text that no step fills.
    """
    yield from blocks(_arrays(rows, wanted), required)


def blocks(columns: Mapping[str, NDArray[Any]], required: frozenset[str]) -> Iterator[dict[str, NDArray[Any]]]:
    """Give a graph's inputs block by block. Raises DataError for a missing text that no step fills."""
    for name in required & columns.keys():
        gaps = np.flatnonzero(columns[name][:, 0] == MISSING)
        if len(gaps):
            raise DataError(
                f"{len(gaps)} of {len(columns[name])} rows lack a text in {name!r} (the first is row {gaps[0]}), and "
                "the model has no answer to that. Fill them first."
            )
    heights = {len(column) for column in columns.values()}
    n_rows = heights.pop()
    start = 0
    while start < n_rows:
        end = start + _height({name: column[start : start + 4096] for name, column in columns.items()})
        yield {name: column[start:end] for name, column in columns.items()}
        start = end


def _height(columns: Mapping[str, NDArray[Any]]) -> int:
    """Say how many of the rows to take, at least one: every text of a block counts as long as its longest."""
    texts = [[len(text) for text in column[:, 0].tolist()] for column in columns.values() if column.dtype.kind == "O"]
    numbers = sum(column[0].size for column in columns.values() if column.dtype.kind != "O")
    n_rows = len(next(iter(columns.values())))
    longest = np.zeros(n_rows) + numbers
    for lengths in texts:
        longest = longest + np.maximum.accumulate(lengths)
    size = longest * np.arange(1, n_rows + 1)
    return max(1, int((size <= _AT_ONCE).sum()))


def _arrays(rows: Any, wanted: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    if set(wanted) == {MATRIX} and not (hasattr(rows, "iloc") and MATRIX in rows.columns):
        dense = rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows)
        if wanted[MATRIX] == "text":
            return {MATRIX: _texts(MATRIX, dense.ravel().tolist())}
        return {MATRIX: _numbers(MATRIX, dense)}
    if not hasattr(rows, "iloc"):
        raise DataError(
            f"the model takes a table with the columns {', '.join(map(repr, wanted))}; found {type(rows).__name__}."
        )
    missing = [name for name in wanted if name not in rows.columns]
    if missing:
        raise DataError(f"the rows to predict lack the columns {', '.join(map(repr, missing))}.")
    return {
        name: _texts(name, rows[name].astype(object).tolist())
        if kind == "text"
        else _numbers(name, rows[name])[:, None]
        for name, kind in wanted.items()
    }


def arrays_of(columns: Mapping[str, NDArray[Any]], wanted: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Return columns as the graph takes them. columns: input -> (n,) numbers, or texts (object), None for gaps."""
    made = {}
    for name, kind in wanted.items():
        column = columns[name]
        if kind == "text":
            made[name] = _texts(name, column.ravel().tolist())
        else:
            made[name] = _numbers(name, column if column.ndim > 1 else column[:, None])
    return made


def _texts(name: str, values: list[Any]) -> NDArray[Any]:
    made = np.empty((len(values), 1), dtype=object)
    for row, value in enumerate(values):
        if isinstance(value, str):
            made[row, 0] = str(value)
        elif value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
            made[row, 0] = MISSING
        else:
            raise DataError(f"input {name!r}: expected texts, found {value!r} in row {row}.")
    return made


def _numbers(name: str, values: Any) -> NDArray[np.float64]:
    try:
        if hasattr(values, "to_numpy"):
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.ascontiguousarray(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(f"input {name!r}: expected numbers, found something else ({error}).") from None
