"""How the rows were parted: what is on each side of a fold, and what is on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset
from runner.execute.profile import MAX_CLASSES
from runner.execute.row_hashes import Hashes, numbered

if TYPE_CHECKING:
    from runner.execute.collecting import Fold

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Part:
    """One side of a fold. classes: rows of each, None where they are no classes or too many; mean: of a value."""

    rows: int
    classes: Mapping[str, int] | None = None
    mean: float | None = None


@dataclass(frozen=True)
class FoldReport:
    """One fold. shared_rows: held-out rows with the features of a training row; shared_groups: on both sides."""

    train: Part
    test: Part
    validation: Part | None
    shared_rows: int
    shared_groups: int | None

    @property
    def held_rows(self) -> int:
        """How many rows are held out, for validation or for testing."""
        return self.test.rows + (self.validation.rows if self.validation is not None else 0)


def fold_reports(
    dataset: Dataset, hashes: Hashes, folds: Sequence[Fold], *, classifier: bool
) -> Iterator[FoldReport]:
    """Describe folds. hashes: of the dataset's features, equal where rows are equal."""
    rows = numbered(hashes)
    groups = None if dataset.groups is None else numbered(dataset.groups)
    described = _describer(dataset.target, classifier=classifier)
    for train, held, n_validation in folds:
        seen = _present(*rows, train)
        parted = None if groups is None else _present(*groups, train) & _present(*groups, held)
        yield FoldReport(
            train=described(train),
            test=described(held[n_validation:]),
            validation=described(held[:n_validation]) if n_validation else None,
            shared_rows=int(np.count_nonzero(seen[rows[0][held]])),
            shared_groups=None if parted is None else int(np.count_nonzero(parted)),
        )


def _present(numbers: Positions, count: int, rows: Positions) -> NDArray[np.bool_]:
    """Mark the numbers that these rows have."""
    present = np.zeros(count, dtype=bool)
    present[numbers[rows]] = True
    return present


def _describer(target: NDArray[Any] | None, *, classifier: bool) -> Callable[[Positions], Part]:
    """Return what describes the rows of one side."""
    if target is None:
        return lambda rows: Part(len(rows))
    if not classifier and target.dtype.kind in "iuf":
        return lambda rows: Part(len(rows), mean=float(target[rows].mean()) if len(rows) else None)
    numbers, count = numbered(target)
    if count > MAX_CLASSES:
        return lambda rows: Part(len(rows))
    labels = [str(label) for label in target[np.unique(numbers, return_index=True)[1]].tolist()]

    def described(rows: Positions) -> Part:
        counts = np.bincount(numbers[rows], minlength=count).tolist()
        return Part(len(rows), dict(zip(labels, counts, strict=True)))

    return described


def shared_rows_told(folds: Sequence[FoldReport]) -> Iterator[str]:
    """Tell of held-out rows that are training rows, too."""
    shared = sum(fold.shared_rows for fold in folds)
    if shared:
        over = f" of {len(folds)} folds" if len(folds) > 1 else ""
        yield (
            f"{shared:,} of {sum(fold.held_rows for fold in folds):,} held-out rows{over} have the features of a "
            f"training row; scores on them tell what was learned by heart. Drop duplicates before the split"
        )


def shared_groups_told(folds: Sequence[FoldReport]) -> Iterator[str]:
    """Tell of groups that the splitter parted."""
    shared = max((fold.shared_groups or 0 for fold in folds), default=0)
    if shared:
        where = "the split" if len(folds) == 1 else "a fold"
        yield (
            f"{shared:,} of the groups are on both sides of {where}. Use a splitter that parts no group, or leave "
            f"'source.groups' out"
        )


def absent_classes_told(folds: Sequence[FoldReport]) -> Iterator[str]:
    """Tell of classes that are not tested in some fold."""
    absent = {name for fold in folds for name, rows in (fold.test.classes or {}).items() if not rows}
    if absent:
        shown = ", ".join(sorted(map(repr, absent))[:10]) + (", …" if len(absent) > 10 else "")
        where = "among the test rows" if len(folds) == 1 else "among the test rows of some fold"
        yield f"of {len(absent)} class{'es' * (len(absent) > 1)} no row is {where}: {shown}"
