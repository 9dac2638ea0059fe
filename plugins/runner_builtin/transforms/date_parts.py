"""Dates as numbers: their year, month, weekday, hour, and days since a given one."""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from runner.errors import ConfigError, DataError

#: The parts that come around again: (what they count from, how many there are).
_ROUNDS = {
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 7),
    "day_of_year": (1, 366),
    "hour": (0, 24),
    "minute": (0, 60),
}


class DateParts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Take columns of dates apart into numbers, (n_rows, n_columns * n_parts).

    Dates are date columns, or texts in the ISO form "2024-02-29", "2024-02-29 23:59"; with a time zone, the parts are
    those of the zone's own clock. weekday: Monday is 0. is_weekend: 1 on Saturday and Sunday. since: a date; adds
    `days_since`, whole and broken days from it on. cyclic: parts that come around again become a sine and a cosine,
    so that December stands beside January. A missing date has missing parts. Raises DataError for what is no date,
    ConfigError for a `since` that is none.
    """

    def __init__(
        self,
        *,
        parts: tuple[
            Literal["year", "month", "day", "weekday", "day_of_year", "hour", "minute", "is_weekend"], ...
        ] = ("year", "month", "day", "weekday", "hour", "is_weekend"),
        since: str | None = None,
        cyclic: bool = False,
    ) -> None:
        self.parts = parts
        self.since = since
        self.cyclic = cyclic

    def fit(self, X: Any, y: Any = None) -> Self:
        """Look at the columns' names and whether they hold dates. X: a frame, a Series or an array of dates."""
        del y
        if not self.parts and self.since is None:
            raise ConfigError("transform 'date_parts' is left nothing to give: name parts, or a date in 'since'.")
        frame = _frame(X)
        validate_data(self, frame, skip_check_array=True)
        for name in frame.columns:
            self._columns(frame[name])
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the parts as floats, NaN where a date is missing."""
        check_is_fitted(self, "n_features_in_")
        frame = _frame(X)
        validate_data(self, frame, skip_check_array=True, reset=False)
        return np.column_stack([column for name in frame.columns for column in self._columns(frame[name]).values()])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Name each part after its column, such as `bought_year`, `bought_month_sin`."""
        check_is_fitted(self, "n_features_in_")
        named = getattr(self, "feature_names_in_", [f"x{place}" for place in range(self.n_features_in_)])
        names = named if input_features is None else input_features
        parts = self._columns(pd.Series(["2000-01-01"]))
        return np.asarray([f"{name}_{part}" for name in names for part in parts], dtype=object)

    def _columns(self, column: Any) -> dict[str, NDArray[np.float64]]:
        dates = _dates(column)
        made: dict[str, NDArray[np.float64]] = {}
        for part in self.parts:
            values = _part(dates, part)
            if self.cyclic and part in _ROUNDS:
                first, count = _ROUNDS[part]
                turn = 2 * np.pi * (values - first) / count
                made |= {f"{part}_sin": np.sin(turn), f"{part}_cos": np.cos(turn)}
            else:
                made[part] = values
        if self.since is not None:
            made["days_since"] = _days_since(dates, self.since)
        return made


def _frame(X: Any) -> Any:
    if hasattr(X, "iloc"):
        return X if X.ndim == 2 else X.to_frame()
    return pd.DataFrame(X)


def _dates(column: Any) -> Any:
    """Return a column as dates. Raises DataError that names the first value that is none."""
    if column.dtype.kind == "M":
        return column
    where = f"transform 'date_parts': column {column.name!r}"
    if column.dtype.kind not in "OUT":
        raise DataError(f"{where} holds {column.dtype}, no dates. Name the columns of dates in the option 'columns'.")
    mixed = DataError(f"{where} holds dates of several time zones; bring them to one before.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # pandas < 3 says so of what is refused below
            dates = pd.to_datetime(column, format="ISO8601", errors="coerce")
    except ValueError as error:
        raise mixed from error
    if dates.dtype.kind != "M":
        raise mixed
    wrong = np.flatnonzero((dates.isna() & column.notna()).to_numpy())
    if len(wrong):
        raise DataError(
            f"{where}: {len(wrong)} of {len(column)} values are no dates (the first, in row {wrong[0]}, is "
            f"{column.iloc[wrong[0]]!r}). Texts have to be in the form '2024-02-29' or '2024-02-29 23:59'."
        )
    return dates


def _part(dates: Any, part: str) -> NDArray[np.float64]:
    if part == "is_weekend":
        weekday = _part(dates, "weekday")
        return np.where(np.isnan(weekday), np.nan, weekday >= 5)
    values = getattr(dates.dt, {"weekday": "day_of_week"}.get(part, part))
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))


def _days_since(dates: Any, since: str) -> NDArray[np.float64]:
    try:
        first = pd.Timestamp(since)
    except ValueError:
        raise ConfigError(f"transform 'date_parts': since is {since!r}, no date such as '2024-02-29'.") from None
    if dates.dt.tz is None and first.tzinfo is not None:
        raise DataError(f"transform 'date_parts': since is {since!r}, but the dates have no time zone; leave it out.")
    if dates.dt.tz is not None and first.tzinfo is None:
        first = first.tz_localize(dates.dt.tz)
    return np.asarray((dates - first).dt.total_seconds().to_numpy(dtype=float) / 86400)
