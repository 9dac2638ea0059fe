"""Bring numbers outside a range to its nearest end."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import Columns, UnitInterval
from runner_builtin.change_notes import array_note, change_note
from runner_builtin.feature_columns import dense_rows, number_columns, number_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'clip'"


class Clip:
    """Raise numbers below the lower bound to it, and lower those above the upper one.

    lower, upper: bounds for all columns. lower_quantile, upper_quantile: instead, each column's own bound
    is this quantile of its training rows. columns: of a table, None for all columns of numbers; they become
    floats. Missing values stay missing. Raises DataError; ConfigError for bounds that contradict each other.
    """

    keeps_rows = True

    bounds_: tuple[Any, Any]  # each a number for all columns, (n_columns,), or None

    def __init__(
        self,
        *,
        lower: float | None = None,
        upper: float | None = None,
        lower_quantile: UnitInterval | None = None,
        upper_quantile: UnitInterval | None = None,
        columns: Columns | None = None,
    ) -> None:
        self.lower = lower
        self.upper = upper
        self.lower_quantile = lower_quantile
        self.upper_quantile = upper_quantile
        self.columns = columns

    @property
    def learns(self) -> bool:
        """Quantiles are learned; numbers need no training rows."""
        return self.lower_quantile is not None or self.upper_quantile is not None

    @property
    def row_by_row(self) -> bool:
        """Between given numbers, a row is clipped without knowing the others."""
        return not self.learns

    def fit(self, dataset: Dataset) -> Clip:
        """Return a copy that knows each column's bounds."""
        self._check_options()
        rows = number_rows(dataset.features, self.columns, _WHERE)
        if np.isnan(rows).all(axis=0).any():
            raise DataError("cleaner 'clip': a column is missing in every training row, so it has no quantile.")
        fitted = copy(self)
        if hasattr(dataset.features, "iloc"):  # later rows are clipped where bounds were learned
            fitted.columns = number_columns(dataset.features, self.columns, _WHERE)
        fitted.bounds_ = (
            _quantile(rows, self.lower_quantile, self.lower),
            _quantile(rows, self.upper_quantile, self.upper),
        )
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with their numbers inside the bounds."""
        self._check_options()
        lower, upper = self.bounds_ if self.learns else (self.lower, self.upper)
        if hasattr(dataset.features, "iloc"):
            return self._clipped_frame(dataset, lower, upper)
        return self._clipped_array(dataset, lower, upper)

    def _clipped_frame(self, dataset: Dataset, lower: Any, upper: Any) -> Dataset:
        names = number_columns(dataset.features, self.columns, _WHERE)
        rows, clipped = number_rows(dataset.features, names, _WHERE), dataset.features.copy()
        clipped[names] = inside = np.clip(rows, lower, upper)
        counts = dict(zip(names, _changed(rows, inside).sum(axis=0).tolist(), strict=True))
        return dataset.with_features(clipped).noting(*change_note("clipped", counts))

    def _clipped_array(self, dataset: Dataset, lower: Any, upper: Any) -> Dataset:
        array = dataset.features
        number_rows(array[:0], self.columns, _WHERE)  # refuses what is no array of numbers
        rows = dense_rows(array, self.columns, _WHERE)
        clipped = np.asarray(np.clip(rows, lower, upper))
        notes = array_note("clipped", int(_changed(rows, clipped).sum()))
        return dataset.with_features(clipped.reshape(array.shape)).noting(*notes)

    def _check_options(self) -> None:
        pairs = (("lower", self.lower, self.lower_quantile), ("upper", self.upper, self.upper_quantile))
        for side, number, quantile in pairs:
            if number is not None and quantile is not None:
                raise ConfigError(f"cleaner 'clip': {side} and {side}_quantile exclude each other; give one.")
        if all(number is None and quantile is None for _, number, quantile in pairs):
            raise ConfigError("cleaner 'clip' has no bound; give lower, upper, lower_quantile or upper_quantile.")
        for low, high in ((self.lower, self.upper), (self.lower_quantile, self.upper_quantile)):
            if low is not None and high is not None and low > high:
                raise ConfigError(f"cleaner 'clip': the lower bound {low!r} is above the upper one {high!r}.")


def _changed(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray((before != after) & (before == before))  # a missing value differs from itself


def _quantile(rows: NDArray[np.float64], share: float | None, number: float | None) -> Any:
    return number if share is None else np.nanquantile(rows, share, axis=0)
