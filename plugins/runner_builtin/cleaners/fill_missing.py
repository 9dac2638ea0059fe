"""Fill what is missing with what the training rows say is usual."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import Columns
from runner_builtin.change_notes import array_note, change_note
from runner_builtin.feature_columns import chosen_columns, dense_rows, is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'fill_missing'"


class FillMissing:
    """Put a statistic of each column's training rows, or a constant, in place of missing values.

    strategy: "mean" and "median" fill columns of numbers; "most_frequent" fills any (with the smallest of
    equally frequent values); "constant" fills columns of the type of `value`. columns: of a table, None
    for all that suit; a gap elsewhere is refused. In an array each position of a row is a column. Raises
    DataError, ConfigError.
    """

    learns = True
    keeps_rows = True

    filling_: dict[Any, Any] | NDArray[Any]  # by column name, or in the shape of one row

    def __init__(
        self,
        *,
        strategy: Literal["mean", "median", "most_frequent", "constant"] = "median",
        value: float | str | None = None,
        columns: Columns | None = None,
    ) -> None:
        self.strategy = strategy
        self.value = value
        self.columns = columns

    def fit(self, dataset: Dataset) -> FillMissing:
        """Return a copy that knows each column's filling."""
        if (self.strategy == "constant") != (self.value is not None):
            raise ConfigError(
                f"cleaner 'fill_missing': strategy {self.strategy!r} with value {self.value!r}; "
                f"a value goes with strategy 'constant', and that strategy needs one."
            )
        fitted = copy(self)
        is_frame = hasattr(dataset.features, "iloc")
        fitted.filling_ = self._of_frame(dataset.features) if is_frame else self._of_array(dataset.features)
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with every gap in the fitted columns filled."""
        if isinstance(self.filling_, dict):
            return _fill_frame(dataset, self.filling_)
        return _fill_array(dataset, self.filling_)

    def _of_frame(self, frame: Any) -> dict[Any, Any]:
        names = self._fillable(frame)
        return {name: self._filling(frame[name].dropna().to_numpy(), f"column {name!r}") for name in names}

    def _fillable(self, frame: Any) -> list[Any]:
        """Name the columns to fill. One that the strategy cannot fill may be left out, but not if it has gaps."""
        names = chosen_columns(frame, self.columns, _WHERE)
        fits = [name for name in names if self._fits(frame[name])]
        unfit = [name for name in names if name not in fits]
        gaps = [name for name in unfit if self.columns is not None or frame[name].isna().any()]
        if gaps:
            what = self.strategy if self.value is None else f"constant {self.value!r}"
            raise DataError(
                f"cleaner 'fill_missing': strategy {what} does not suit "
                f"{', '.join(f'{name!r} ({frame[name].dtype})' for name in gaps)}. Name the columns to fill, and "
                f"fill the others in a second step, with 'most_frequent' or a constant of their type."
            )
        return fits

    def _fits(self, column: Any) -> bool:
        is_number = column.dtype.kind in "iuf"
        if self.strategy == "constant":
            return isinstance(self.value, str) != is_number
        return self.strategy == "most_frequent" or is_number

    def _of_array(self, array: Any) -> NDArray[Any]:
        rows = dense_rows(array, self.columns, _WHERE)
        gaps = is_missing(rows)
        filling = [
            self._filling(rows[~gaps[:, position], position], f"position {position} of the rows")
            for position in range(rows.shape[1])
        ]
        return np.asarray(filling).reshape(array.shape[1:])

    def _filling(self, present: NDArray[Any], where: str) -> Any:
        if self.value is not None:
            return self.value
        if not len(present):
            raise DataError(
                f"cleaner 'fill_missing': {where} is missing in every training row, so it has no "
                f"{self.strategy}. Drop the column, or use strategy 'constant'."
            )
        if self.strategy == "most_frequent":
            values, counts = np.unique(present, return_counts=True)
            return values.tolist()[np.argmax(counts)]
        return float(np.mean(present) if self.strategy == "mean" else np.median(present))


def _fill_frame(dataset: Dataset, filling: dict[Any, Any]) -> Dataset:
    frame = dataset.features
    chosen_columns(frame, [str(name) for name in filling], _WHERE)  # refuses rows that lack one
    filled, counts = frame.copy(), {}
    for name, value in filling.items():
        column = frame[name]
        counts[name] = int(column.isna().sum())
        if counts[name]:
            whole = isinstance(value, float) and column.dtype.kind in "iu"  # a nullable Int64 holds no 2.5
            filled[name] = (column.astype("Float64") if whole else column).fillna(value)
    return dataset.with_features(filled).noting(*change_note("filled", counts))


def _fill_array(dataset: Dataset, filling: NDArray[Any]) -> Dataset:
    array = dataset.features
    rows = dense_rows(array, None, _WHERE)
    if array.shape[1:] != filling.shape:
        raise DataError(
            f"cleaner 'fill_missing' learned rows of shape {filling.shape} and now meets {array.shape[1:]}."
        )
    gaps = is_missing(rows)
    filled = np.where(gaps, filling.reshape(1, -1), rows).reshape(array.shape)
    return dataset.with_features(filled).noting(*array_note("filled", int(gaps.sum())))
