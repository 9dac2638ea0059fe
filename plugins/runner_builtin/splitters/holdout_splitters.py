"""Splitters of one fold: some rows are kept for testing, and perhaps others for validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

from runner.errors import DataError
from runner.options import Share
from runner_builtin.splitters.split_checks import check_members, class_counts, count_of, counts_of_two, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner_builtin.splitters.split_checks import Folds, Positions, Triples


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
        n_test = count_of(self.test_size, n_rows)
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
        counts = class_counts(y, "stratified_holdout")
        n_test = count_of(self.test_size, len(y))
        check_members(counts, 2, "stratified_holdout")
        part = min(n_test, len(y) - n_test)
        if part < len(counts):
            raise DataError(
                f"splitter 'stratified_holdout': test_size {self.test_size} parts {len(y)} rows into "
                f"{len(y) - n_test} for training and {n_test} for testing, but each part needs a row of each of "
                f"the {len(counts)} classes ({told(counts)}). Bring test_size nearer to 0.5."
            )
        yield from StratifiedShuffleSplit(1, test_size=n_test, random_state=self.random_state).split(X, y)


@dataclass(frozen=True, kw_only=True)
class ThreeWay:
    """Part the rows at random in three: to train on, to compare trials by, and to test what was chosen.

    validation_size, test_size: shares of all rows; the rest is for training. stratify: every class has in each part
    the share it has in the whole.
    """

    validation_size: Share = 0.2
    test_size: Share = 0.2
    stratify: bool = False
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Triples:
        """Give the one fold. y: (n_rows,) classes, where it is stratified."""
        n_rows = X.shape[0]
        sizes = counts_of_two(self.validation_size, self.test_size, n_rows, "three_way")
        rng = np.random.RandomState(self.random_state)
        if not self.stratify:
            order = rng.permutation(n_rows)
            yield order[sum(sizes) :], order[sizes[1] : sum(sizes)], order[: sizes[1]]
            return
        counts = class_counts(y, "three_way")
        check_members(counts, 3, "three_way")
        _check_part(min(*sizes, n_rows - sum(sizes)), counts)
        kept, test = _stratified(np.arange(n_rows), y, sizes[1], rng)
        train, validation = _stratified(kept, y, sizes[0], rng)
        yield train, validation, test


def _stratified(rows: Positions, y: Any, count: int, rng: np.random.RandomState) -> tuple[Positions, Positions]:
    """Take `count` of these rows out, each class in its share; return the rows kept and those taken out."""
    splitter = StratifiedShuffleSplit(1, test_size=count, random_state=rng)
    kept, out = next(splitter.split(rows, np.asarray(y)[rows]))
    return rows[kept], rows[out]


def _check_part(smallest: int, counts: Mapping[Any, int]) -> None:
    if smallest < len(counts):
        raise DataError(
            f"splitter 'three_way': the smallest part has {smallest} rows, but each part needs a row of each of the "
            f"{len(counts)} classes ({told(counts)}). Bring the sizes nearer to each other."
        )
