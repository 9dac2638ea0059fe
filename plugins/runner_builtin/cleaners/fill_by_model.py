"""Fill missing numbers with what a model of the other columns expects there."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Count
from runner_builtin.change_notes import array_note, change_note
from runner_builtin.feature_columns import dense_rows, number_columns, number_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'fill_by_model'"


class FillByModel:
    """Fill missing numbers from the numbers beside them, learned on the training rows; all columns count alike.

    method: "knn" takes the mean of the `neighbours` nearest training rows (Troyanskaya et al., 2001); "iterative"
    predicts each column from the others by Bayesian ridge regression, in up to `iterations` rounds (van Buuren and
    Groothuis-Oudshoorn, 2011). columns: of a table, None for all columns of numbers; they become floats. In an
    array each position of a row is a column. Raises DataError.
    """

    learns = True
    keeps_rows = True

    known_: list[str] | None  # columns of a table; None for an array
    centre_: NDArray[np.float64]
    spread_: NDArray[np.float64]
    imputer_: Any

    def __init__(
        self,
        *,
        method: Literal["knn", "iterative"] = "knn",
        neighbours: Count = 5,
        iterations: Count = 10,
        columns: Columns | None = None,
        random_state: int | None = None,
    ) -> None:
        self.method = method
        self.neighbours = neighbours
        self.iterations = iterations
        self.columns = columns
        self.random_state = random_state

    def fit(self, dataset: Dataset) -> FillByModel:
        """Return a copy that knows how the columns hang together."""
        rows = number_rows(dataset.features, self.columns, _WHERE)
        fitted = copy(self)
        is_frame = hasattr(dataset.features, "iloc")
        fitted.known_ = number_columns(dataset.features, self.columns, _WHERE) if is_frame else None
        _check_known(rows, fitted.known_)
        fitted.centre_, spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        fitted.spread_ = np.where(spread > 0, spread, 1.0)
        fitted.imputer_ = self._imputer().fit(fitted._scaled(rows))
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with every gap in the fitted columns filled; what is there stays bit by bit."""
        if self.known_ is None:
            return self._filled_array(dataset)
        frame, rows = dataset.features.copy(), number_rows(dataset.features, self.known_, _WHERE)
        gaps = np.isnan(rows)
        frame[self.known_] = self._filled(rows)
        counts = dict(zip(self.known_, gaps.sum(axis=0).tolist(), strict=True))
        return dataset.with_features(frame).noting(*change_note("filled", counts))

    def _filled_array(self, dataset: Dataset) -> Dataset:
        shape = dataset.features.shape
        rows = dense_rows(dataset.features, None, _WHERE).astype(float)
        if rows.shape[1] != len(self.centre_):
            raise DataError(
                f"cleaner 'fill_by_model' learned rows of {len(self.centre_)} numbers and now meets {rows.shape[1]}."
            )
        notes = array_note("filled", int(np.isnan(rows).sum()))
        return dataset.with_features(self._filled(rows).reshape(shape)).noting(*notes)

    def _filled(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(rows) or not np.isnan(rows).any():
            return rows
        expected = self.imputer_.transform(self._scaled(rows)) * self.spread_ + self.centre_
        return np.where(np.isnan(rows), expected, rows)

    def _scaled(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((rows - self.centre_) / self.spread_)

    def _imputer(self) -> Any:
        if self.method == "knn":
            from sklearn.impute import KNNImputer  # a second, for those who fit

            return KNNImputer(n_neighbors=self.neighbours)
        from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - scikit-learn wants to be asked
        from sklearn.impute import IterativeImputer

        return IterativeImputer(max_iter=self.iterations, random_state=self.random_state)


def _check_known(rows: NDArray[np.float64], names: list[str] | None) -> None:
    """Refuse tables without numbers, and columns that nothing can be learned of."""
    if not rows.shape[1]:
        raise DataError(f"{_WHERE}: the table has no columns of numbers.")
    empty = np.flatnonzero(np.isnan(rows).all(axis=0)).tolist()
    if empty:
        told = [f"position {place} of the rows" if names is None else repr(str(names[place])) for place in empty[:10]]
        raise DataError(
            f"cleaner 'fill_by_model': {', '.join(told)} is missing in every training row, so nothing can be learned "
            f"of it. Drop the column before, or fill it with a constant ('fill_missing')."
        )
