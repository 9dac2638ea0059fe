"""Ways to part rows into training and test rows, over scikit-learn's own splitters.

scikit-learn warns, or yields useless folds, where a split is impossible. Here that is an error which says
what the largest possible number is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.model_selection import (
    GroupKFold as _GroupKFold,
)
from sklearn.model_selection import (
    KFold as _KFold,
)
from sklearn.model_selection import (
    ShuffleSplit,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.model_selection import (
    StratifiedKFold as _StratifiedKFold,
)

from runner.errors import DataError
from runner.options import Count, CountFromZero, Several, Share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Folds = Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """Keep one random part of the rows for testing. shuffle: False keeps the last rows instead."""

    test_size: Share = 0.25
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold."""
        n_rows = X.shape[0]
        n_test = _test_rows(n_rows, self.test_size)
        if self.shuffle:
            yield from ShuffleSplit(1, test_size=n_test, random_state=self.random_state).split(X)
        else:
            yield np.arange(n_rows - n_test), np.arange(n_rows - n_test, n_rows)


@dataclass(frozen=True)
class Resubstitution:
    """Train and test on all rows: how well a model fits what it has seen, and no estimate of how it will do."""

    overlaps: ClassVar[bool] = True

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold."""
        yield np.arange(X.shape[0]), np.arange(X.shape[0])


@dataclass(frozen=True, kw_only=True)
class StratifiedHoldout:
    """Keep one random part for testing, in which every class has the share it has in the whole."""

    test_size: Share = 0.25
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold. y: (n_rows,) classes."""
        counts = _class_counts(y, "stratified_holdout")
        n_test = _test_rows(len(y), self.test_size)
        _check_two_of_each(counts, "stratified_holdout")
        part = min(n_test, len(y) - n_test)
        if part < len(counts):
            raise DataError(
                f"splitter 'stratified_holdout': test_size {self.test_size} parts {len(y)} rows into "
                f"{len(y) - n_test} for training and {n_test} for testing, but each part needs a row of each of "
                f"the {len(counts)} classes ({_told(counts)}). Bring test_size nearer to 0.5."
            )
        yield from StratifiedShuffleSplit(1, test_size=n_test, random_state=self.random_state).split(X, y)


@dataclass(frozen=True, kw_only=True)
class KFold:
    """Part the rows into equal folds, and test on each once."""

    folds: Several = 5
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds."""
        _check_folds(self.folds, X.shape[0], "kfold", f"the {X.shape[0]} rows")
        yield from _KFold(self.folds, shuffle=self.shuffle, random_state=_seed(self)).split(X)


@dataclass(frozen=True, kw_only=True)
class StratifiedKFold:
    """Part the rows into folds in which every class has the share it has in the whole; test on each once."""

    folds: Several = 5
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds. y: (n_rows,) classes."""
        counts = _class_counts(y, "stratified_kfold")
        _check_two_of_each(counts, "stratified_kfold")
        smallest = min(counts.values())
        _check_folds(self.folds, smallest, "stratified_kfold", f"the members of the smallest class ({_told(counts)})")
        yield from _StratifiedKFold(self.folds, shuffle=self.shuffle, random_state=_seed(self)).split(X, y)


@dataclass(frozen=True, kw_only=True)
class GroupKFold:
    """Part the rows into folds that no group straddles, as equal as the groups allow; test on each once."""

    needs_groups = True

    folds: Several = 5
    shuffle: bool = False
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds. groups: (n_rows,)."""
        if groups is None:
            raise DataError("splitter 'group_kfold' needs groups; name their column in the source's option 'groups'.")
        n_groups = len(np.unique(groups))
        _check_folds(self.folds, n_groups, "group_kfold", f"the {n_groups} groups")
        yield from _GroupKFold(self.folds, shuffle=self.shuffle, random_state=_seed(self)).split(X, y, groups)


@dataclass(frozen=True, kw_only=True)
class TimeSeries:
    """Train on the past, test on what follows; the rows are in the order of time.

    test_size: rows per test fold; None means n_rows // (folds + 1). gap: rows left out between training and
    test. max_train_size: keep only so many of the latest training rows.
    """

    folds: Several = 5
    test_size: Count | None = None
    gap: CountFromZero = 0
    max_train_size: Count | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds, each training on all rows before its test rows (less the gap)."""
        n_rows = X.shape[0]
        size = self.test_size or max(1, n_rows // (self.folds + 1))
        most = (n_rows - self.gap - 1) // size
        if self.folds > most:
            raise DataError(
                f"splitter 'time_series': {self.folds} folds of {size} test rows and a gap of {self.gap} leave no "
                f"training row among {n_rows} rows. With this test size at most {max(most, 0)} folds are possible."
            )
        splitter = TimeSeriesSplit(
            self.folds, test_size=self.test_size, gap=self.gap, max_train_size=self.max_train_size
        )
        yield from splitter.split(X)


def _seed(splitter: KFold | StratifiedKFold | GroupKFold) -> int | None:
    """Scikit-learn refuses a seed where nothing is shuffled."""
    return splitter.random_state if splitter.shuffle else None


def _test_rows(n_rows: int, test_size: float) -> int:
    n_test = int(np.ceil(n_rows * test_size))
    if n_rows < 2 or n_test >= n_rows:
        raise DataError(
            f"splitter: test_size {test_size} of {n_rows} rows leaves no row for training. "
            f"Load more rows or choose a smaller test_size."
        )
    return n_test


def _check_folds(folds: int, most: int, name: str, of: str) -> None:
    if folds > most:
        advice = f"The largest possible number is {most}." if most >= 2 else "No number of folds is possible."
        raise DataError(f"splitter {name!r}: {folds} folds are more than {of}. {advice}")


def _class_counts(y: Any, name: str) -> dict[Any, int]:
    if y is None:
        raise DataError(f"splitter {name!r} needs a target; name it in the source's option 'target'.")
    values, counts = np.unique(np.asarray(y), return_counts=True)
    if values.dtype.kind == "f" and not np.all(np.mod(values, 1) == 0):
        raise DataError(
            f"splitter {name!r} keeps the shares of classes, but the target holds {len(values)} different "
            f"fractions: it is no class. Use the splitter without 'stratified_'."
        )
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _check_two_of_each(counts: dict[Any, int], name: str) -> None:
    single = [value for value, count in counts.items() if count < 2]
    if single:
        raise DataError(
            f"splitter {name!r}: a class needs a row in training and one in test, but {len(single)} "
            f"{'has' if len(single) == 1 else 'have'} one row ({_told(counts)}). Drop or merge such classes, or use "
            f"the splitter without 'stratified_'."
        )


def _told(counts: dict[Any, int]) -> str:
    """Tell class counts, the smallest classes first."""
    rarest = sorted(counts.items(), key=lambda item: item[1])
    told = ", ".join(f"{value!r}: {count}" for value, count in rarest[:10])
    return f"{told}, … {len(rarest)} classes" if len(rarest) > 10 else told
