"""When two rows are equal: a hashable value for each row that only equal rows share.

Two missing values are equal, and so are 0.0 and -0.0; a number and its text are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from runner.columns import Choice
from runner.errors import DataError
from runner_builtin.feature_columns import chosen_columns, dense_rows


def row_keys(features: Any, subset: Choice, cleaner: str) -> list[Any]:
    """Return (n_rows,) keys. subset: columns of a table to compare, None for all. Raises DataError."""
    rows = selected(features, subset, cleaner)
    if hasattr(rows, "iloc"):
        return _frame_keys(rows, cleaner)
    if rows.dtype.kind == "O":
        return [tuple(row) for row in rows.tolist()]
    rows = rows + 0.0 if rows.dtype.kind == "f" else rows  # -0.0 equals 0.0, and their bytes must as well
    return [row.tobytes() for row in np.ascontiguousarray(rows)]


def selected(features: Any, subset: Choice, cleaner: str) -> Any:
    """Give the chosen columns of a frame, or an array as a matrix with one line per row. Raises DataError."""
    where = f"subset of cleaner {cleaner!r}"
    if hasattr(features, "iloc"):
        return features[chosen_columns(features, subset, where)]
    return dense_rows(features, subset, where)


def _frame_keys(rows: Any, cleaner: str) -> list[Any]:
    """Number each column's distinct values, missing ones as -1; a row's key is its numbers."""
    from pandas import factorize  # a frame came in, so pandas is loaded; arrays must not pay for it

    try:
        codes = [factorize(rows[name])[0] for name in rows.columns]
    except TypeError as error:
        raise DataError(f"cleaner {cleaner!r}: a column holds values that cannot be compared: {error}") from error
    return [row.tobytes() for row in np.column_stack(codes)]
