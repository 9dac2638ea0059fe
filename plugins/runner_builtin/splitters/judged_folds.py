"""A splitter that keeps rows for one last judgement, and parts the others into folds to compare trials on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

from runner.options import Count, CountFromZero, Several, Share
from runner_builtin.splitters.fold_splitters import generator
from runner_builtin.splitters.split_checks import (
    check_folds,
    check_members,
    check_repeats,
    class_counts,
    count_of,
    told,
)

if TYPE_CHECKING:
    from runner_builtin.splitters.split_checks import Folds, Positions

_NAME = "judged_folds"


@dataclass(frozen=True, kw_only=True)
class JudgedFolds:
    """Keep rows for one last judgement, and cross-validate on the others: no trial is chosen by the rows kept.

    What is shipped is trained on all other rows and scored once on those kept. test_seed: decides which rows are
    kept; the seed of the experiment does not, so that all its repetitions keep the same. repeats: the folds so many
    times, shuffled anew. stratify: every class has the share it has in the whole in each of the "folds", and with
    "all" among the rows kept, too.
    """

    test_size: Share = 0.25
    test_seed: CountFromZero = 0
    folds: Several = 5
    repeats: Count = 1
    stratify: Literal["none", "folds", "all"] = "none"
    shuffle: bool = True
    random_state: int | None = None

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return self.folds * self.repeats

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Folds:
        """Give `folds` folds of the rows that are not kept, for each repetition. y: (n_rows,)."""
        check_repeats(self.repeats, shuffle=self.shuffle, name=_NAME)
        rows, _ = self.final_split(X, y)
        target = None if y is None else np.asarray(y)[rows]
        self._check(len(rows), target)
        kind = KFold if self.stratify == "none" else StratifiedKFold
        rng = generator(self.random_state, shuffle=self.shuffle)
        for _ in range(self.repeats):
            for train, held in kind(self.folds, shuffle=self.shuffle, random_state=rng).split(rows, target):
                yield rows[train], rows[held]

    def final_split(self, X: Any, y: Any = None, groups: Any = None) -> tuple[Positions, Positions]:
        """Return the rows of the last training and those kept for the last judgement. y: (n_rows,)."""
        n_rows = X.shape[0]
        n_test = count_of(self.test_size, n_rows)
        if self.stratify != "all":
            return next(ShuffleSplit(1, test_size=n_test, random_state=self.test_seed).split(X))  # type: ignore[no-any-return]
        check_members(class_counts(y, _NAME), 2, _NAME)
        splitter = StratifiedShuffleSplit(1, test_size=n_test, random_state=self.test_seed)
        return next(splitter.split(np.zeros(n_rows), y))  # type: ignore[no-any-return]

    def _check(self, n_rows: int, target: Any) -> None:
        """Make sure that the rows that are left can be parted. Raises DataError with the largest number of folds."""
        most, of = n_rows, f"the {n_rows} rows that are not kept"
        if self.stratify != "none":
            counts = class_counts(target, _NAME)
            check_members(counts, 2, _NAME)
            most, of = min(counts.values()), f"the members of the smallest class ({told(counts)})"
        check_folds(self.folds, most, _NAME, of)
