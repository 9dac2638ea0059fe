"""The data of a run in counts: as loaded, what each step did to them, how they were parted, what looks wrong.

A pure account of what the stages hand over: `change_of` for each cleaner, `data_report` once the rows are parted.
It holds no cell, only names, counts, ranges and the labels of classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset
from runner.execute.change_report import Change
from runner.execute.fold_report import (
    FoldReport,
    absent_classes_told,
    fold_reports,
    shared_groups_told,
    shared_rows_told,
)
from runner.execute.leakage import id_warnings, leak_warnings
from runner.execute.profile import Profile, profile
from runner.execute.row_hashes import Hashes, numbered, row_hashes, with_target

if TYPE_CHECKING:
    from runner.execute.collecting import Fold

#: The version of the report. A reader refuses a newer one by name.
SCHEMA = 1
#: More folds are not described one by one.
MAX_FOLDS = 100


@dataclass(frozen=True)
class Repeated:
    """Rows that occur again. rows: equal to an earlier one, the target included; features: without it.

    conflicting: equal in all features to a row with another target.
    """

    rows: int
    features: int
    conflicting: int


@dataclass(frozen=True)
class DataReport:
    """`reports/data.json`. raw: as loaded. clean: as parted; None where it is the same.

    rejected: rows that the source refused on request. folds: the first `MAX_FOLDS` of n_folds. leaks: what makes
    scores too good, an error where the experiment is strict. remarks: what may be meant and often is not.
    """

    source: str
    fingerprints: Mapping[str, Any]
    rejected: int
    raw: Profile
    steps: tuple[Change, ...]
    clean: Profile | None
    repeated: Repeated
    n_folds: int
    folds: tuple[FoldReport, ...]
    leaks: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    schema: int = SCHEMA


def data_report(
    raw: Dataset,
    clean: Dataset,
    steps: Sequence[Change],
    folds: Sequence[Fold],
    *,
    classifier: bool,
    overlaps: bool = False,
    fingerprints: Mapping[str, Any] | None = None,
) -> DataReport:
    """Account for the data of a run. clean: the rows that were parted, without columns that only part them.

    folds: positions in `clean`. classifier: the target holds classes. overlaps: the splitter puts rows on both sides
    on purpose. fingerprints: stage -> what the data looked like there.
    """
    before = profile(raw, classifier=classifier)
    after = before if clean is raw else profile(clean, classifier=classifier)
    hashes = row_hashes(clean.features)
    repeated = _repeated(hashes, clean.target)
    parted = tuple(fold_reports(clean, hashes, folds[:MAX_FOLDS], classifier=classifier))
    ids = id_warnings([column.name for column in after.columns if column.id_like])
    given_away = leak_warnings(clean, classifier=classifier)
    judged = () if overlaps else parted
    return DataReport(
        source=raw.fingerprint,
        fingerprints=dict(fingerprints or {}),
        rejected=len(raw.rejected),
        raw=before,
        steps=tuple(steps),
        clean=None if clean is raw else after,
        repeated=repeated,
        n_folds=len(folds),
        folds=parted,
        leaks=(*given_away, *ids, *shared_groups_told(judged)),
        remarks=(*_remarks(after, repeated), *shared_rows_told(judged), *absent_classes_told(judged)),
        notes=clean.notes,
    )


def _repeated(hashes: Hashes, target: NDArray[Any] | None) -> Repeated:
    numbers, n_different = numbered(hashes)
    again = len(hashes) - n_different
    if target is None or not again:
        return Repeated(again, again, 0)
    different, first = np.unique(with_target(hashes, target), return_index=True)
    targets = np.bincount(numbers[first], minlength=n_different)
    return Repeated(len(hashes) - len(different), again, int(np.count_nonzero(targets[numbers] > 1)))


def _remarks(after: Profile, repeated: Repeated) -> Iterator[str]:
    constant = [column.name for column in after.columns if column.constant]
    if constant and after.kind == "table":
        yield f"{_listed(constant)} the same value in all rows"
    infinite = [column.name for column in after.columns if column.infinite]
    if infinite:
        yield f"{_listed(infinite)} infinite values"
    if repeated.conflicting:
        yield f"{repeated.conflicting:,} rows are equal in all features to a row with another target"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:10])) + (f", … ({len(names)} in all)" if len(names) > 10 else "")
    return f"the column {shown} has" if len(names) == 1 else f"the columns {shown} have"
