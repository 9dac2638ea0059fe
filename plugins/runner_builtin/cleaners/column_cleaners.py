"""Cleaners that leave columns out: those named, and those in which nothing varies.

They are part of the fitted pipeline, so that new rows lose the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Gt, Le

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns
from runner_builtin.feature_columns import chosen_columns, dense_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 20


class DropColumns:
    """Leave columns of a table out.

    columns: by name, type or pattern; the training rows decide what a type or a pattern means. Raises DataError where
    no column would be left.
    """

    keeps_rows = True

    names_: list[str]

    def __init__(self, *, columns: Columns) -> None:
        self.columns = columns

    @property
    def learns(self) -> bool:
        """Names are given; which columns are of a type, the training rows decide."""
        return isinstance(self.columns, Mapping)

    @property
    def row_by_row(self) -> bool:
        """Named columns go whatever the rows hold."""
        return not self.learns

    def fit(self, dataset: Dataset) -> DropColumns:
        """Return a copy that knows the names."""
        fitted = copy(self)
        fitted.names_ = chosen_columns(
            _table(dataset, "drop_columns"), self.columns, "columns of cleaner 'drop_columns'"
        )
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without these columns."""
        names: Any = self.names_ if self.learns else self.columns
        return without_columns(dataset, names, "drop_columns")


class DropConstantColumns:
    """Leave out columns of a table, or of an array of rows, that hold one value in all training rows.

    share: of the rows that must have the most frequent value; below 1 it finds columns in which little varies. A
    missing value is a value here. columns: of a table to look at, None for all. Raises DataError.
    """

    learns = True
    keeps_rows = True

    constant_: list[Any]  # names, or positions in an array
    width_: int

    def __init__(self, *, share: Annotated[float, Gt(0), Le(1)] = 1.0, columns: Columns | None = None) -> None:
        self.share = share
        self.columns = columns

    def fit(self, dataset: Dataset) -> DropConstantColumns:
        """Return a copy that knows which columns do not vary."""
        fitted, features = copy(self), dataset.features
        fitted.width_ = features.shape[1] if len(features.shape) == 2 else 0
        if hasattr(features, "iloc"):
            names = chosen_columns(features, self.columns, "columns of cleaner 'drop_constant_columns'")
            fitted.constant_ = [name for name in names if self._is_constant(_counts(features[name]), len(features))]
            return fitted
        rows = _matrix(features, self.columns)
        counts = [np.unique(rows[:, place], return_counts=True)[1] for place in range(rows.shape[1])]
        fitted.constant_ = [place for place, count in enumerate(counts) if self._is_constant(count, len(rows))]
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without these columns."""
        if hasattr(dataset.features, "iloc"):
            return without_columns(dataset, self.constant_, "drop_constant_columns")
        rows = _matrix(dataset.features, self.columns)
        if rows.shape[1] != self.width_ or len(self.constant_) == self.width_:
            raise DataError(
                f"cleaner 'drop_constant_columns': {len(self.constant_)} of {self.width_} columns are constant in "
                f"the training rows, and these rows have {rows.shape[1]} columns; none would be left, or others."
            )
        left = dataset.with_features(np.delete(rows, self.constant_, axis=1))
        return left.noting(*_told(self.constant_))

    def _is_constant(self, counts: NDArray[np.intp], n_rows: int) -> bool:
        return bool(n_rows) and int(counts.max()) >= self.share * n_rows


def without_columns(dataset: Dataset, names: Any, cleaner: str) -> Dataset:
    """Return the rows without these columns of their table. Raises DataError where no column would be left."""
    frame = _table(dataset, cleaner)
    gone = chosen_columns(
        frame, [str(name) for name in names] if isinstance(names, list) else names, f"cleaner {cleaner!r}"
    )
    if len(gone) == frame.shape[1]:
        raise DataError(
            f"cleaner {cleaner!r} would leave none of the {frame.shape[1]} columns: "
            f"{', '.join(repr(str(name)) for name in gone[:_SHOWN])}."
        )
    return dataset.with_features(frame.drop(columns=gone)).noting(*_told(gone))


def _table(dataset: Dataset, cleaner: str) -> Any:
    if not hasattr(dataset.features, "iloc"):
        raise DataError(f"cleaner {cleaner!r}: only a table has columns; found {type(dataset.features).__name__}.")
    return dataset.features


def _matrix(features: Any, columns: Any) -> NDArray[Any]:
    rows = dense_rows(features, columns, "columns of cleaner 'drop_constant_columns'")
    if features.ndim != 2:
        raise DataError(
            f"cleaner 'drop_constant_columns': images have no columns to leave out (found shape {features.shape}). "
            f"Make a matrix of them first, and use the transform 'VarianceThreshold'."
        )
    return rows


def _counts(column: Any) -> NDArray[np.intp]:
    return np.asarray(column.value_counts(dropna=False))


def _told(names: list[Any]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(repr(name) for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return [f"left out {len(names)} column{'s' * (len(names) != 1)}: {shown}"]
