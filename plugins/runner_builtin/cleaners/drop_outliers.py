"""Drop training rows that lie far outside of what is usual."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Positive
from runner_builtin.feature_columns import number_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'drop_outliers'"


class DropOutliers:
    """Drop rows with a number outside its column's fences, learned on the training rows.

    method: "iqr" fences at `threshold` inter-quartile ranges (1.5 where None) beyond the quartiles (Tukey,
    1977); "zscore" at `threshold` standard deviations (3 where None; ddof = 0) from the mean. columns: of a
    table, None for all columns of numbers. Missing values are no outliers. Raises DataError.
    """

    learns = True

    known_: NDArray[np.intp]  # positions of the columns that have fences
    lower_: NDArray[np.float64]
    upper_: NDArray[np.float64]

    def __init__(
        self,
        *,
        method: Literal["iqr", "zscore"] = "iqr",
        threshold: Positive | None = None,
        columns: Columns | None = None,
    ) -> None:
        self.method = method
        self.threshold = threshold
        self.columns = columns

    def fit(self, dataset: Dataset) -> DropOutliers:
        """Return a copy that knows each column's fences."""
        rows = number_rows(dataset.features, self.columns, _WHERE)
        fitted = copy(self)
        fitted.known_ = np.flatnonzero(~np.isnan(rows).all(axis=0))  # a column without a value has no fences
        if not fitted.known_.size:
            raise DataError(f"{_WHERE}: there are no numbers to judge the rows by.")
        fitted.lower_, fitted.upper_ = self._fences(rows[:, fitted.known_])
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows inside the fences, in the same order."""
        rows = number_rows(dataset.features, self.columns, _WHERE)[:, self.known_]
        outside = (rows < self.lower_) | (rows > self.upper_)
        return dataset.drop(np.asarray(outside.any(axis=1)), "outliers")

    def _fences(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self.method == "iqr":
            low, high = np.nanquantile(rows, [0.25, 0.75], axis=0)
            reach = (1.5 if self.threshold is None else self.threshold) * (high - low)
            return low - reach, high + reach
        centre = np.nanmean(rows, axis=0)
        reach = (3.0 if self.threshold is None else self.threshold) * np.nanstd(rows, axis=0)
        return centre - reach, centre + reach
