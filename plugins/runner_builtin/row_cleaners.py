"""Cleaners that drop rows by what stands in them: duplicates, and rows with missing values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.feature_columns import chosen_columns, dense_rows, is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class DropDuplicates:
    """Drop rows that repeat an earlier one; the first of each stays.

    subset: columns of a table to compare; None compares whole rows. with_target: rows count as equal only
    if their targets are equal too. Two missing values are equal. Raises DataError.
    """

    subset: list[str] | None = None
    with_target: bool = False

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without repetitions, in the same order."""
        keys = _row_keys(dataset.features, self.subset)
        if self.with_target and dataset.target is not None:
            keys = list(zip(keys, dataset.target.tolist(), strict=True))
        return dataset.drop(_repeated(keys), "duplicate rows")


@dataclass(frozen=True, kw_only=True)
class DropMissing:
    """Drop rows with missing features: NaN, None, NA.

    subset: columns of a table to look at; None looks at all. how: "any" drops a row for one missing value,
    "all" only if every value is missing. Raises DataError.
    """

    subset: list[str] | None = None
    how: Literal["any", "all"] = "any"

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that have what they need, in the same order."""
        missing = is_missing(_selected(dataset.features, self.subset, "drop_missing"))
        reduce = np.any if self.how == "any" else np.all
        return dataset.drop(np.asarray(reduce(missing, axis=1)), "missing values")


def _selected(features: Any, subset: list[str] | None, cleaner: str) -> Any:
    """Give the chosen columns of a frame, or an array as a matrix with one line per row."""
    if hasattr(features, "iloc"):
        return features[chosen_columns(features, subset, f"subset of cleaner {cleaner!r}")]
    return dense_rows(features, subset, f"subset of cleaner {cleaner!r}")


def _row_keys(features: Any, subset: list[str] | None) -> list[Any]:
    """Give each row a hashable value that only equal rows share."""
    rows = _selected(features, subset, "drop_duplicates")
    if hasattr(rows, "iloc"):
        return _frame_keys(rows)
    if rows.dtype.kind == "O":
        return [tuple(row) for row in rows.tolist()]
    rows = rows + 0.0 if rows.dtype.kind == "f" else rows  # -0.0 equals 0.0, and their bytes must as well
    return [row.tobytes() for row in np.ascontiguousarray(rows)]


def _frame_keys(rows: Any) -> list[Any]:
    """Number each column's distinct values, missing ones as -1; a row's key is its numbers."""
    from pandas import factorize  # a frame came in, so pandas is loaded; arrays must not pay for it

    try:
        codes = [factorize(rows[name])[0] for name in rows.columns]
    except TypeError as error:
        raise DataError(
            f"cleaner 'drop_duplicates': a column holds values that cannot be compared: {error}"
        ) from error
    return [row.tobytes() for row in np.column_stack(codes)]


def _repeated(keys: list[Any]) -> NDArray[np.bool_]:
    seen: set[Any] = set()
    repeated = np.zeros(len(keys), dtype=bool)
    for row, key in enumerate(keys):
        repeated[row] = key in seen
        seen.add(key)
    return repeated
