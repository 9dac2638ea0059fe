"""What one pass over a stream finds: counts, classes, an account of the data, and whether the next sees the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.execute.change_report import Change
from runner.execute.checks import check_target
from runner.execute.collecting import Fold, without_taken
from runner.execute.components import Components
from runner.execute.data_report import data_report
from runner.execute.gathering import Gathered, tell
from runner.execute.profile import missing_in
from runner.execute.streamed_fingerprint import RunningFingerprint
from runner.execute.streamed_sample import EvenSample

_TRAIN, _VALIDATION, _TEST = 0, 1, 2


@dataclass
class Survey:
    """Counts of one pass. whole: all rows are for training. n_trained: batches with training rows in them."""

    components: Components
    whole: bool
    n_batches: int = 0
    n_trained: int = 0
    n_rows: int = 0
    n_train: int = 0
    n_validation: int = 0
    n_test: int = 0
    source: str = ""
    _highest_id: int = -1

    def add(self, raw: Dataset, train: Dataset, fold: Fold) -> None:
        """Count a batch. raw: as loaded; train: what will be learned from; fold: as the splitter parted it."""
        self._check_loaded(raw)
        self.n_batches += 1
        self.n_rows += raw.n_rows
        self.n_trained += train.n_rows > 0
        self.n_train += train.n_rows
        self.n_validation += fold.n_validation
        self.n_test += len(fold.held_out) - fold.n_validation

    def keep(self, raw: Dataset) -> None:
        """Keep what the source tells in a batch of which it left no row."""

    def check(self) -> None:
        """Refuse a stream that ended without rows to learn from, or to test on. Raises DataError."""
        if not self.n_rows:
            raise DataError(f"{self.components.one('source')} gave no rows.")
        if not self.n_train or not (self.n_test or self.whole):
            raise DataError(
                f"{self.components.one('splitter')}: of {self.n_rows} rows, {self.n_train} are for training and "
                f"{self.n_test} for testing once they are clean. Look at its options, and at the cleaners."
            )

    def check_same(self, later: Survey) -> None:
        """Refuse other rows in a later pass. Raises DataError."""
        before = (self.source, self.n_rows, self.n_train, self.n_batches)
        if before != (later.source, later.n_rows, later.n_train, later.n_batches):
            raise DataError(
                f"the data changed while they were read: {self.n_rows} rows (fingerprint {self.source[:12]}…) in the "
                f"first pass, {later.n_rows} rows (fingerprint {later.source[:12]}…) in a later one. Run it again."
            )

    def _check_loaded(self, batch: Dataset) -> None:
        called = self.components.one("source")
        if batch.target is None:
            raise ConfigError(f"{called} gave no target to predict; name the column with 'source.target=…'.")
        if not batch.fingerprint or self.source not in ("", batch.fingerprint):
            raise called.broke_contract("its batches have no fingerprint, or not all the same")
        if (np.diff(batch.row_ids, prepend=self._highest_id) <= 0).any():
            raise called.broke_contract("the row ids of its batches do not rise from row to row")
        self.source, self._highest_id = batch.fingerprint, int(batch.row_ids[-1])


@dataclass
class _Kept:
    """What is kept of rows at one stage."""

    print: RunningFingerprint = field(default_factory=RunningFingerprint)
    sample: EvenSample = field(default_factory=EvenSample)


@dataclass
class FirstSurvey(Survey):
    """The first pass, in which the target is checked and everything is accounted for.

    classes: of the training rows, sorted; empty for a regression.
    """

    classes: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    changes: dict[str, Change] = field(default_factory=dict)
    _before: _Kept = field(default_factory=_Kept)
    _after: _Kept = field(default_factory=_Kept)
    _split: Any = field(default_factory=sha256)

    def account(self, raw: Dataset, clean: Dataset, train: Dataset, fold: Fold) -> None:
        """Take up a batch. clean: as parted; the others as for `add`."""
        self._add(self._before, raw, None)
        marks = np.full(clean.n_rows, _TEST, dtype=np.int8)
        marks[fold.train] = _TRAIN
        marks[fold.held_out[: fold.n_validation]] = _VALIDATION
        for mark in (_TRAIN, _VALIDATION, _TEST):
            self._split.update(b"|" + clean.row_ids[marks == mark].astype(np.int64).tobytes())
        if clean.n_rows:
            self._add(self._after, clean, marks)
            self._check_target(clean)
        if self._classifier and train.n_rows:
            labels = np.unique(np.asarray(train.target))
            self.classes = np.union1d(self.classes, labels) if len(self.classes) else labels

    def keep(self, raw: Dataset) -> None:
        """Keep what the source tells in a batch of which it left no row."""
        self._before.sample.add(raw)

    def add_change(self, change: Change) -> None:
        """Add what a cleaner did to a batch."""
        known = self.changes.get(change.step)
        self.changes[change.step] = change if known is None else _sum(known, change)

    def check(self) -> None:
        """Refuse a stream from which nothing can be learned. Raises DataError."""
        super().check()
        if self._classifier and len(self.classes) == 1:
            raise DataError(
                f"all {self.n_train} training rows are of the one class {self.classes.tolist()[0]!r}; there is "
                f"nothing to tell apart. Look at the source's 'target', at the cleaners, and at the splitter."
            )
        if not self.whole:  # all rows again, which have been told of
            tell(self.gathered.report, strict=self.components.one("source").strict)

    @property
    def sample(self) -> Dataset:
        """Some of the rows as loaded, evenly spaced."""
        return self._before.sample.dataset

    @cached_property
    def gathered(self) -> Gathered:
        """What is told of the data once the pass is over: fingerprints of all rows, the rest of a sample of them."""
        prints = {"raw": self._before.print.told, "clean": self._after.print.told, "split": self._split.hexdigest()}
        raw, sample = self.sample, self._after.sample
        clean = sample.dataset if self.changes else raw
        train, validation, test = (sample.marked(mark) for mark in (_TRAIN, _VALIDATION, _TEST))
        folds = [Fold(train, np.concatenate([validation, test]), len(validation))]
        report = data_report(
            raw,
            without_taken(self.components, clean),
            list(self.changes.values()),
            folds,
            classifier=self._classifier,
            fingerprints={stage: one if isinstance(one, str) else one["sha256"] for stage, one in prints.items()},
        )
        if self._before.sample.every > 1:
            told = f"the rows came in batches: this describes {raw.n_rows:,} of {self.n_rows:,}, evenly spaced"
            report = replace(report, notes=(*report.notes, told))
        return Gathered(raw, clean, folds, prints, report)

    @property
    def _classifier(self) -> bool:
        return bool(is_classifier(self.components.one("model").component))

    def _add(self, where: _Kept, rows: Dataset, marks: NDArray[np.int8] | None) -> None:
        where.print.add(without_taken(self.components, rows) if marks is None else rows)
        where.sample.add(rows, marks)

    def _check_target(self, rows: Dataset) -> None:
        """Check the target of some rows; that they are of one class is nothing wrong yet."""
        target = np.asarray(rows.target)
        if self._classifier and len(np.unique(target)) == 1 and not missing_in(target).any():
            return
        check_target(without_taken(self.components, rows), classifier=self._classifier)


def _sum(first: Change, second: Change) -> Change:
    dropped = {reason: first.dropped.get(reason, 0) + count for reason, count in second.dropped.items()}
    return replace(
        first,
        rows=_added(first.rows, second.rows),
        missing=_added(first.missing, second.missing),
        dropped={**first.dropped, **dropped},
    )


def _added(first: Sequence[int], second: Sequence[int]) -> tuple[int, int]:
    return first[0] + second[0], first[1] + second[1]
