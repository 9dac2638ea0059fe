"""Cleaners that drop rows by what stands in them: duplicates, contradictions, and rows with missing values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns
from runner_builtin.cleaners.row_keys import row_keys, selected
from runner_builtin.feature_columns import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class DropDuplicates:
    """Drop rows that repeat an earlier one; the first of each stays.

    subset: columns of a table to compare; None compares whole rows. with_target: rows count as equal only
    if their targets are equal too. Two missing values are equal. Raises DataError.
    """

    subset: Columns | None = None
    with_target: bool = False

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without repetitions, in the same order."""
        keys = row_keys(dataset.features, self.subset, "drop_duplicates")
        if self.with_target and dataset.target is not None:
            keys = list(zip(keys, dataset.target.tolist(), strict=True))
        return dataset.drop(_repeated(keys), "duplicate rows")


@dataclass(frozen=True, kw_only=True)
class DropConflicts:
    """Drop all rows that are equal in their features and differ in their target: nobody can learn both.

    subset: columns of a table to compare; None compares whole rows. Two missing values are equal. Raises
    DataError, also where there is no target.
    """

    subset: Columns | None = None

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that no other one contradicts, in the same order."""
        if dataset.target is None:
            raise DataError("cleaner 'drop_conflicts' compares targets, and these rows have none. Leave it out.")
        keys = row_keys(dataset.features, self.subset, "drop_conflicts")
        answers = Counter(key for key, _ in set(zip(keys, dataset.target.tolist(), strict=True)))
        conflicts = np.fromiter((answers[key] > 1 for key in keys), dtype=bool, count=len(keys))
        return dataset.drop(conflicts, "equal rows with different targets")


@dataclass(frozen=True, kw_only=True)
class DropMissing:
    """Drop rows with missing features: NaN, None, NA.

    subset: columns of a table to look at; None looks at all. how: "any" drops a row for one missing value,
    "all" only if every value is missing. Raises DataError.
    """

    subset: Columns | None = None
    how: Literal["any", "all"] = "any"

    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that have what they need, in the same order."""
        missing = is_missing(selected(dataset.features, self.subset, "drop_missing"))
        reduce = np.any if self.how == "any" else np.all
        return dataset.drop(np.asarray(reduce(missing, axis=1)), "missing values")


def _repeated(keys: list[Any]) -> NDArray[np.bool_]:
    seen: set[Any] = set()
    repeated = np.zeros(len(keys), dtype=bool)
    for row, key in enumerate(keys):
        repeated[row] = key in seen
        seen.add(key)
    return repeated
