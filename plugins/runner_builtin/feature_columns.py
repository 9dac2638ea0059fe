"""Features seen by columns: a frame's by name, an array's by flattening each row.

Cleaners and augmenters that work on values need the same three answers: which columns are meant, which are
numbers, where values are missing. Frames are recognised by their `iloc`, so that arrays never load pandas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import DataError
from runner_builtin.column_roles import check_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


def chosen_columns(frame: Any, columns: Sequence[str] | None, where: str) -> list[Any]:
    """Name the columns that an option means; None means all. Raises DataError for names that are none."""
    if columns is None:
        return list(frame.columns)
    check_columns(columns, frame.columns, where)
    return list(columns)


def number_columns(frame: Any, columns: Sequence[str] | None, where: str) -> list[Any]:
    """Name the columns of numbers that an option means; None means all of them. Raises DataError for others."""
    names = chosen_columns(frame, columns, where)
    numbers = [name for name in names if frame[name].dtype.kind in "iuf"]
    if columns is not None and len(numbers) < len(names):
        others = [f"{name!r} ({frame[name].dtype})" for name in names if name not in numbers]
        raise DataError(f"{where}: not a column of numbers: {', '.join(others)}.")
    return numbers


def dense_rows(features: Any, columns: Sequence[str] | None, where: str) -> NDArray[Any]:
    """View an array (n_rows, ...) as (n_rows, n_values). Raises DataError if it is sparse or columns are named."""
    if not isinstance(features, np.ndarray):
        raise DataError(
            f"{where}: found features of type {type(features).__name__}; this step works on tables and dense "
            f"arrays. Put it before the step that makes them sparse."
        )
    if columns is not None:
        raise DataError(f"{where}: an array has no column names, found {list(columns)!r}; leave the option out.")
    return features.reshape(len(features), math.prod(features.shape[1:]))


def number_rows(features: Any, columns: Sequence[str] | None, where: str) -> NDArray[np.float64]:
    """Give the numbers of a frame's columns or of an array as floats (n_rows, n_values), NaN where missing."""
    if hasattr(features, "iloc"):
        chosen = features[number_columns(features, columns, where)]
        return np.asarray(chosen.to_numpy(dtype=float, na_value=np.nan))
    rows = dense_rows(features, columns, where)
    if rows.dtype.kind not in "iuf":
        raise DataError(f"{where}: found an array of {rows.dtype}; this step works on numbers.")
    return rows.astype(float)


def is_missing(values: Any) -> NDArray[np.bool_]:
    """Say where a frame or an array has no value: NaN, None, NA, NaT. Same shape."""
    if hasattr(values, "iloc"):
        return np.asarray(values.isna().to_numpy())
    if values.dtype.kind == "O":
        return np.asarray([[v is None or v != v for v in row] for row in values.tolist()], dtype=bool).reshape(
            values.shape
        )
    return np.asarray(values != values)
