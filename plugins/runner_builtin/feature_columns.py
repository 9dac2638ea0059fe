"""Features seen by columns: a frame's by name, an array's by flattening each row.

Cleaners and augmenters that work on values need the same answers: which columns are meant, which are numbers or
texts, where values are missing. Frames are recognised by their `iloc`, so that arrays never load pandas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.columns import Choice
from runner.columns import chosen_columns as named_columns
from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def chosen_columns(frame: Any, columns: Choice, where: str) -> list[Any]:
    """Name the columns that an option means, as the frame has them; None means all. Raises DataError, ConfigError."""
    if columns is None:
        return list(frame.columns)
    names = {str(name): name for name in frame.columns}  # a frame may have numbers for names
    return [names[name] for name in named_columns(frame, columns, where)]


def number_columns(frame: Any, columns: Choice, where: str) -> list[Any]:
    """Name the columns of numbers that an option means; None means all of them. Raises DataError for others.

    A column without any value has no type of its own, as in a single new row, and may be named.
    """
    return _suited(frame, columns, where, _holds_numbers if columns is None else _may_hold_numbers, "numbers")


def text_columns(frame: Any, columns: Choice, where: str) -> list[Any]:
    """Name the columns of texts that an option means; None means all of them. Raises DataError for others."""
    return _suited(frame, columns, where, holds_texts, "texts")


def holds_texts(column: Any) -> bool:
    """Say whether every value of a Series is a text or missing. A column of categories is none of texts."""
    from pandas.api.types import infer_dtype  # a frame came in, so pandas is loaded; arrays must not pay for it

    if column.dtype.kind not in "OUT" or str(column.dtype) == "category":
        return False
    return infer_dtype(column, skipna=True) in ("string", "empty")


def _holds_numbers(column: Any) -> bool:
    return column.dtype.kind in "iuf"


def _may_hold_numbers(column: Any) -> bool:
    return _holds_numbers(column) or bool(len(column) and column.isna().all())


def _suited(frame: Any, columns: Choice, where: str, suits: Callable[[Any], bool], what: str) -> list[Any]:
    """Refuse columns that were asked for and do not suit; others are merely left alone."""
    names = chosen_columns(frame, columns, where)
    suited = [name for name in names if suits(frame[name])]
    if columns is not None and len(suited) < len(names):
        others = [f"{name!r} ({frame[name].dtype})" for name in names if name not in suited]
        raise DataError(f"{where}: not a column of {what}: {', '.join(others)}.")
    return suited


def dense_rows(features: Any, columns: Choice, where: str) -> NDArray[Any]:
    """View an array (n_rows, ...) as (n_rows, n_values). Raises DataError if it is sparse or columns are named."""
    if not isinstance(features, np.ndarray):
        raise DataError(
            f"{where}: found features of type {type(features).__name__}; this step works on tables and dense "
            f"arrays. Put it before the step that makes them sparse."
        )
    if columns is not None:
        raise DataError(f"{where}: an array has no column names, found {columns!r}; leave the option out.")
    return features.reshape(len(features), math.prod(features.shape[1:]))


def number_rows(features: Any, columns: Choice, where: str) -> NDArray[np.float64]:
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
