"""Columns of categories in one form, whatever the table calls a missing value."""

from __future__ import annotations

from typing import Any

import numpy as np


def with_nan(X: Any) -> Any:
    """Return the columns with NaN for every missing value: None, NA, NaT. A Series becomes a table of one column.

    scikit-learn's encoders take None for a category beside NaN, and cannot compare NA with anything.
    """
    if not hasattr(X, "iloc"):
        rows = np.asarray(X)
        return np.where(rows == None, np.nan, rows) if rows.dtype.kind == "O" else rows  # noqa: E711 - by element
    table = X.copy() if X.ndim == 2 else X.to_frame()
    for place, dtype in enumerate(table.dtypes):
        if not isinstance(dtype, np.dtype) or dtype.kind == "O":
            table.isetitem(place, _values(table.iloc[:, place], dtype))
    return table


def _values(column: Any, dtype: Any) -> Any:
    """Return the values of a column that pandas may hold in a form of its own."""
    if dtype.kind in "iuf":
        return column.to_numpy(dtype=float, na_value=np.nan)
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = np.nan
    return values
