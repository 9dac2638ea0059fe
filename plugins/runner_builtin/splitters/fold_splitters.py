"""Splitters of several folds, each row tested once in each repetition: cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import KFold as _KFold
from sklearn.model_selection import StratifiedKFold as _StratifiedKFold

from runner.options import Count, Several
from runner_builtin.splitters.split_checks import check_folds, check_members, check_repeats, class_counts, told

if TYPE_CHECKING:
    from runner_builtin.splitters.split_checks import Folds, Triples


@dataclass(frozen=True, kw_only=True)
class KFold:
    """Part the rows into equal folds, and test on each once. repeats: so many times, shuffled anew."""

    folds: Several = 5
    repeats: Count = 1
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds * self.repeats

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds for each repetition."""
        check_repeats(self.repeats, shuffle=self.shuffle, name="kfold")
        check_folds(self.folds, X.shape[0], "kfold", f"the {X.shape[0]} rows")
        rng = generator(self.random_state, shuffle=self.shuffle)
        for _ in range(self.repeats):
            yield from _KFold(self.folds, shuffle=self.shuffle, random_state=rng).split(X)


@dataclass(frozen=True, kw_only=True)
class StratifiedKFold:
    """Part the rows into folds in which every class has the share it has in the whole; test on each once.

    repeats: so many times, shuffled anew.
    """

    folds: Several = 5
    repeats: Count = 1
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds * self.repeats

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds for each repetition. y: (n_rows,) classes."""
        check_repeats(self.repeats, shuffle=self.shuffle, name="stratified_kfold")
        counts = class_counts(y, "stratified_kfold")
        check_members(counts, 2, "stratified_kfold")
        members = f"the members of the smallest class ({told(counts)})"
        check_folds(self.folds, min(counts.values()), "stratified_kfold", members)
        rng = generator(self.random_state, shuffle=self.shuffle)
        for _ in range(self.repeats):
            yield from _StratifiedKFold(self.folds, shuffle=self.shuffle, random_state=rng).split(X, y)


@dataclass(frozen=True, kw_only=True)
class Nested:
    """Cross-validation inside a cross-validation: trials are compared on inner folds, tested on the outer.

    Each of `folds` parts is the test part of `inner_folds` folds, in which the other rows are parted into training
    and validation rows. stratified: every class has in each part the share it has in the whole.
    """

    folds: Several = 5
    inner_folds: Several = 3
    stratified: bool = False
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds * self.inner_folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Triples:
        """Give `folds` times `inner_folds` folds. y: (n_rows,) classes, where it is stratified."""
        self._check(X.shape[0], y)
        kind = _StratifiedKFold if self.stratified else _KFold
        target = None if y is None else np.asarray(y)
        rng = np.random.RandomState(self.random_state)
        for others, test in kind(self.folds, shuffle=True, random_state=rng).split(X, target):
            inner = kind(self.inner_folds, shuffle=True, random_state=rng)
            for train, validation in inner.split(others, None if target is None else target[others]):
                yield others[train], others[validation], test

    def _check(self, n_rows: int, y: Any) -> None:
        """Make sure that the outer folds, and in the smallest rest of them the inner ones, can be made."""
        most, of = n_rows, f"the {n_rows} rows"
        if self.stratified:
            counts = class_counts(y, "nested")
            most, of = min(counts.values()), f"the members of the smallest class ({told(counts)})"
        check_folds(self.folds, most, "nested", of)
        left = most - -(-most // self.folds)
        check_folds(self.inner_folds, left, "nested", f"{of} outside of the test part, {left}", "inner_folds")


def generator(seed: int | None, *, shuffle: bool) -> np.random.RandomState | None:
    """Return one generator for all repetitions; scikit-learn refuses one where nothing is shuffled."""
    return np.random.RandomState(seed) if shuffle else None
