"""Splitters that train on the past and test on what follows.

Without a `column` the rows are in the order of time as they stand. With one, its dates or numbers say when a row
was; rows that do not stand in that order are an error, since something before may have relied on it, unless
`unsorted: sort` asks to go by the column alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from runner.errors import DataError
from runner.options import Count, CountFromZero, Several, Share
from runner_builtin.splitters.split_checks import column_of, count_of, n_rows_of

if TYPE_CHECKING:
    from runner_builtin.splitters.split_checks import Folds, Positions


@dataclass(frozen=True, kw_only=True)
class TimeHoldout:
    """Keep the latest rows for testing.

    test_size: their share. gap: rows left out between training and test. column: of dates or numbers that say when a
    row was; None takes the order of the rows. unsorted: what to do where the rows are not in that order.
    keep_column: the column is a feature besides.
    """

    test_size: Share = 0.25
    gap: CountFromZero = 0
    column: str | None = None
    unsorted: Literal["error", "sort"] = "error"
    keep_column: bool = False

    @property
    def sees_rows(self) -> bool:
        """Say whether it looks at a column."""
        return self.column is not None

    @property
    def columns_taken(self) -> tuple[str, ...]:
        """Name the column of time, where it is no feature."""
        return _taken(self.column, keep=self.keep_column)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold. X: the dataset where there is a column."""
        order = in_time(X, self.column, self.unsorted, "time_holdout")
        n_test = count_of(self.test_size, len(order))
        last = len(order) - n_test - self.gap
        if last < 1:
            raise DataError(
                f"splitter 'time_holdout': {n_test} test rows and a gap of {self.gap} leave no training row among "
                f"{len(order)} rows. The largest possible gap is {len(order) - n_test - 1}."
            )
        yield order[:last], order[len(order) - n_test :]


@dataclass(frozen=True, kw_only=True)
class TimeSeries:
    """Train on the past, test on what follows, several times over.

    test_size: rows per test fold; None means n_rows // (folds + 1). gap: rows left out between training and
    test. max_train_size: keep only so many of the latest training rows. column: of dates or numbers that say when
    a row was; None takes the order of the rows. unsorted: what to do where the rows are not in that order.
    keep_column: the column is a feature besides.
    """

    folds: Several = 5
    test_size: Count | None = None
    gap: CountFromZero = 0
    max_train_size: Count | None = None
    column: str | None = None
    unsorted: Literal["error", "sort"] = "error"
    keep_column: bool = False

    @property
    def sees_rows(self) -> bool:
        """Say whether it looks at a column."""
        return self.column is not None

    @property
    def columns_taken(self) -> tuple[str, ...]:
        """Name the column of time, where it is no feature."""
        return _taken(self.column, keep=self.keep_column)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds, each training on all rows before its test rows (less the gap)."""
        order = in_time(X, self.column, self.unsorted, "time_series")
        self._check(len(order))
        splitter = TimeSeriesSplit(
            self.folds, test_size=self.test_size, gap=self.gap, max_train_size=self.max_train_size
        )
        for train, test in splitter.split(order):
            yield order[train], order[test]

    def _check(self, n_rows: int) -> None:
        size = self.test_size or max(1, n_rows // (self.folds + 1))
        most = (n_rows - self.gap - 1) // size
        if self.folds > most:
            raise DataError(
                f"splitter 'time_series': {self.folds} folds of {size} test rows and a gap of {self.gap} leave no "
                f"training row among {n_rows} rows. With this test size at most {max(most, 0)} folds are possible."
            )


def in_time(X: Any, column: str | None, unsorted: Literal["error", "sort"], name: str) -> Positions:
    """Return the rows' positions from the earliest to the latest; rows of one moment stay in their order.

    Raises DataError where the column is no time, has gaps, or is unsorted and must not be.
    """
    if column is None:
        return np.arange(n_rows_of(X))
    times = _numbers(column_of(X, column, name), name)
    back = np.flatnonzero(times[1:] < times[:-1]) + 1
    if len(back) and unsorted == "error":
        shown = ", ".join(map(str, back[:5])) + (", …" if len(back) > 5 else "")
        raise DataError(
            f"splitter {name!r}: {len(back)} of {len(times)} rows are earlier in {column!r} than the row before them "
            f"(counted from 0: {shown}). Sort the data, or go by the column alone: 'splitter.unsorted=sort'."
        )
    return np.argsort(times, kind="stable")


def _numbers(column: Any, name: str) -> Any:
    """Return what can be compared: numbers as they are, dates and texts of ISO 8601 as dates."""
    if column.dtype.kind in "iuf":
        return column.to_numpy()
    import pandas as pd  # a table came in, so it is loaded; arrays must not pay for it

    if column.dtype.kind == "M":
        return pd.to_datetime(column, utc=True).to_numpy()
    try:
        return pd.to_datetime(column.astype(object), utc=True, format="ISO8601").to_numpy()
    except (ValueError, TypeError):
        raise DataError(
            f"splitter {name!r}: column {column.name!r} ({column.dtype}) holds neither numbers nor dates such as "
            f"2026-01-31. Convert it with a cleaner."
        ) from None


def _taken(column: str | None, *, keep: bool) -> tuple[str, ...]:
    return () if column is None or keep else (column,)
