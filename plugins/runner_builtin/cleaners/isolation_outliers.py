"""Drop training rows that are easily told from all others."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Gt, Le

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Count
from runner_builtin.feature_columns import number_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'isolation_outliers'"


class IsolationOutliers:
    """Drop rows that few random cuts isolate (isolation forest; Liu, Ting and Zhou, 2008), learned on training rows.

    contamination: the share of training rows to drop; None takes the threshold of the paper, a score of 0.5. trees:
    of the forest. columns: of a table, None for all columns of numbers. A missing value counts as the median of its
    column. Raises DataError.
    """

    learns = True

    usual_: NDArray[np.float64]  # (n_columns,) medians
    forest_: Any

    def __init__(
        self,
        *,
        contamination: Annotated[float, Gt(0), Le(0.5)] | None = None,
        trees: Count = 100,
        columns: Columns | None = None,
        random_state: int | None = None,
    ) -> None:
        self.contamination = contamination
        self.trees = trees
        self.columns = columns
        self.random_state = random_state

    def fit(self, dataset: Dataset) -> IsolationOutliers:
        """Return a copy that knows the forest."""
        from sklearn.ensemble import IsolationForest  # a second, for those who fit

        rows = number_rows(dataset.features, self.columns, _WHERE)
        if not rows.size:
            raise DataError(f"{_WHERE}: there are no numbers to judge the rows by.")
        known = ~np.isnan(rows).all(axis=0)
        fitted = copy(self)
        fitted.usual_ = np.zeros(rows.shape[1])
        fitted.usual_[known] = np.nanmedian(rows[:, known], axis=0)
        fitted.forest_ = IsolationForest(
            n_estimators=self.trees, contamination=self.contamination or "auto", random_state=self.random_state
        ).fit(fitted._whole(rows))
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that are hard to isolate, in the same order."""
        rows = number_rows(dataset.features, self.columns, _WHERE)
        outside = self.forest_.predict(self._whole(rows)) < 0
        return dataset.drop(np.asarray(outside), "outliers (isolation forest)")

    def _whole(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.isnan(rows), self.usual_, rows)
