"""What one pass over a stream finds: counts, classes, fingerprints, and whether the next pass sees the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.execute.checks import check_target
from runner.execute.collecting import Fold, without_taken
from runner.execute.components import Components
from runner.execute.gathering import Gathered
from runner.execute.preparing import Prepared
from runner.execute.profile import missing_in
from runner.record.fingerprint import fingerprint

#: Rows kept as a sample.
_SAMPLE = 5


class RunningFingerprint:
    """The fingerprint of rows that come in batches. It depends on where one batch ends and the next begins."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._rows = self._batches = 0
        self._features, self._target = sha256(), sha256()

    def add(self, batch: Dataset) -> None:
        """Take up some more rows."""
        told = fingerprint(batch)
        self._first = self._first or told
        self._rows, self._batches = self._rows + batch.n_rows, self._batches + 1
        self._features.update(bytes.fromhex(told["sha256"]))
        if told["target"] is not None:
            self._target.update(bytes.fromhex(told["target"]["sha256"]))

    @property
    def told(self) -> dict[str, Any]:
        """As `runner.record.fingerprint` gives it, with the number of batches, and a hash of the hashes of each."""
        told = {**self._first, "rows": self._rows, "batches": self._batches, "sha256": self._features.hexdigest()}
        told.pop("stored", None)
        if "shape" in told:
            told["shape"] = [self._rows, *told["shape"][1:]]
        if told.get("target"):
            told["target"] = {**told["target"], "shape": [self._rows], "sha256": self._target.hexdigest()}
        return told


@dataclass
class Survey:
    """Counts of one pass. first: fingerprints are taken, and the target is checked. n_batches: with rows in them.

    classes: of the training rows, sorted; empty for a regression. sample: the first rows, as the source gave them.
    """

    components: Components
    whole: bool
    first: bool
    n_batches: int = 0
    n_trained: int = 0
    n_rows: int = 0
    n_train: int = 0
    n_validation: int = 0
    n_test: int = 0
    classes: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    raw: RunningFingerprint = field(default_factory=RunningFingerprint)
    clean: RunningFingerprint = field(default_factory=RunningFingerprint)
    sample: Dataset | None = None
    _split: Any = field(default_factory=sha256)
    _highest_id: int = -1
    _source: str = ""

    def add(self, raw: Dataset, clean: Dataset, fold: Fold, rows: Prepared) -> None:
        """Count a batch. raw, clean: before and after the cleaners; rows: as they are learned from and held out."""
        self._check_loaded(raw)
        self.n_batches += 1
        self.n_rows += raw.n_rows
        self.n_trained += rows.train.n_rows > 0
        self.n_train += rows.train.n_rows
        self.n_validation += fold.n_validation
        self.n_test += len(fold.held_out) - fold.n_validation
        if not self.first:
            return
        self._keep(raw)
        self.raw.add(without_taken(self.components, raw))
        if clean.n_rows:
            self.clean.add(clean)
            self._add_split(clean, fold)
        for part in (rows.train, rows.held_out):
            if part is not None and part.n_rows:
                self._check_target(part)
        if self._classifier and rows.train.n_rows:
            labels = np.unique(rows.train.target)  # type: ignore[arg-type]
            self.classes = np.union1d(self.classes, labels) if len(self.classes) else labels

    def check(self) -> None:
        """Refuse a stream that ended without rows to learn from, or to test on. Raises DataError."""
        source = self.components.one("source")
        if not self.n_rows:
            raise DataError(f"{source} gave no rows.")
        splitter = self.components.one("splitter")
        if not self.n_train or not (self.n_test or self.whole):
            raise DataError(
                f"{splitter}: of {self.n_rows} rows {self.n_train} are for training and {self.n_test} for testing "
                f"after the cleaners."
            )
        if self.first and self._classifier and len(self.classes) == 1:
            raise DataError(
                f"all {self.n_train} training rows are of the one class {self.classes[0].item()!r}; there is nothing "
                f"to tell apart. Look at the source's 'target', and at what the cleaners dropped."
            )

    def check_same(self, later: Survey) -> None:
        """Refuse other rows in a later pass. Raises DataError."""
        before = (self._source, self.n_rows, self.n_train, self.n_batches)
        after = (later._source, later.n_rows, later.n_train, later.n_batches)
        if before != after:
            raise DataError(
                f"the data changed while they were read: {self.n_rows} rows (fingerprint {self._source[:12]}…) in the "
                f"first pass, {later.n_rows} (fingerprint {later._source[:12]}…) in a later one. Run it again."
            )

    @property
    def gathered(self) -> Gathered:
        """What is told of the data: a sample of the rows as loaded, and fingerprints of all of them."""
        assert self.sample is not None
        fingerprints = {"raw": self.raw.told, "clean": self.clean.told, "split": self._split.hexdigest()}
        return Gathered(self.sample, self.sample, (), fingerprints, None)

    @property
    def _classifier(self) -> bool:
        return bool(is_classifier(self.components.one("model").component))

    def _check_loaded(self, batch: Dataset) -> None:
        called = self.components.one("source")
        if batch.target is None:
            raise ConfigError(f"{called} gave no target to predict; name the column with 'source.target=…'.")
        if not batch.fingerprint or self._source not in ("", batch.fingerprint):
            raise called.broke_contract("its batches have no fingerprint, or not all the same")
        if len(np.unique(batch.row_ids)) != batch.n_rows or batch.row_ids.min() <= self._highest_id:
            raise called.broke_contract("the row ids of its batches are not unique, or do not rise from batch to batch")
        self._source, self._highest_id = batch.fingerprint, int(batch.row_ids.max())

    def _keep(self, raw: Dataset) -> None:
        """Keep the first rows, and of all batches what the source tells beside the rows."""
        if self.sample is None:
            self.sample = replace(raw.take(np.arange(min(_SAMPLE, raw.n_rows))), notes=(), rejected=())
        notes = tuple(note for note in raw.notes if note not in self.sample.notes)
        rejected = (*self.sample.rejected, *raw.rejected) if raw.rejected else self.sample.rejected
        self.sample = replace(self.sample, notes=(*self.sample.notes, *notes), rejected=rejected)

    def _add_split(self, clean: Dataset, fold: Fold) -> None:
        held, n_validation = clean.row_ids[fold.held_out], fold.n_validation
        for part in (clean.row_ids[fold.train], held[:n_validation], held[n_validation:]):
            self._split.update(b"|" + np.asarray(part, dtype=np.int64).tobytes())

    def _check_target(self, rows: Dataset) -> None:
        """Check the target of some rows; that they are of one class is nothing wrong yet."""
        target = rows.target
        assert target is not None
        if self._classifier and len(np.unique(target)) == 1 and not missing_in(target).any():
            return
        check_target(without_taken(self.components, rows), classifier=self._classifier)
