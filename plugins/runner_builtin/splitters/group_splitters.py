"""Splitters that part no group: all rows of one person, one device or one document are on one side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.model_selection import GroupKFold as _GroupKFold
from sklearn.model_selection import StratifiedGroupKFold as _StratifiedGroupKFold

from runner.errors import DataError
from runner.options import Several, Share
from runner_builtin.splitters.fold_splitters import generator
from runner_builtin.splitters.split_checks import check_folds, class_counts, count_of, told

if TYPE_CHECKING:
    from runner_builtin.splitters.split_checks import Folds


@dataclass(frozen=True, kw_only=True)
class GroupHoldout:
    """Keep some random groups for testing. test_size: their share of the groups, whatever rows they have."""

    needs_groups: ClassVar[bool] = True

    test_size: Share = 0.25
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give the one fold. groups: (n_rows,)."""
        names, members = np.unique(_given(groups, "group_holdout"), return_inverse=True)
        n_test = count_of(self.test_size, len(names), "groups")
        chosen = np.random.RandomState(self.random_state).permutation(len(names))[:n_test]
        tested = np.isin(members, chosen)
        yield np.flatnonzero(~tested), np.flatnonzero(tested)


@dataclass(frozen=True, kw_only=True)
class GroupKFold:
    """Part the rows into folds that no group straddles, as equal as the groups allow; test on each once."""

    needs_groups: ClassVar[bool] = True

    folds: Several = 5
    shuffle: bool = False
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds. groups: (n_rows,)."""
        n_groups = len(np.unique(_given(groups, "group_kfold")))
        check_folds(self.folds, n_groups, "group_kfold", f"the {n_groups} groups")
        rng = generator(self.random_state, shuffle=self.shuffle)
        yield from _GroupKFold(self.folds, shuffle=self.shuffle, random_state=rng).split(X, y, groups)


@dataclass(frozen=True, kw_only=True)
class StratifiedGroupKFold:
    """Part the rows into folds that no group straddles, each class in its share as far as the groups allow."""

    needs_groups: ClassVar[bool] = True

    folds: Several = 5
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds. y: (n_rows,) classes. groups: (n_rows,)."""
        given = _given(groups, "stratified_group_kfold")
        spread = _groups_per_class(y, given)
        rarest = f"the groups in which the rarest class is ({told(spread)})"
        check_folds(self.folds, min(spread.values()), "stratified_group_kfold", rarest)
        rng = generator(self.random_state, shuffle=self.shuffle)
        splitter = _StratifiedGroupKFold(self.folds, shuffle=self.shuffle, random_state=rng)
        yield from splitter.split(np.zeros(len(given)), y, given)


def _given(groups: Any, name: str) -> Any:
    if groups is None:
        raise DataError(f"splitter {name!r} needs groups; name their column in the source's option 'groups'.")
    return np.asarray(groups)


def _groups_per_class(y: Any, groups: Any) -> dict[Any, int]:
    """Count the groups in which each class is."""
    classes = class_counts(y, "stratified_group_kfold")
    target = np.asarray(y)
    return {value: len(np.unique(groups[target == value])) for value in classes}
