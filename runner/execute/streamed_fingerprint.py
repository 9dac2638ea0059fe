"""The fingerprint of rows that come in batches."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from runner.data import Dataset
from runner.record.fingerprint import fingerprint


class RunningFingerprint:
    """Hashes of the hashes of each batch: they depend on where one batch ends and the next begins."""

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
        """What `runner.record.fingerprint` tells, of all rows, and "batches": how many there were."""
        told = {**self._first, "rows": self._rows, "batches": self._batches, "sha256": self._features.hexdigest()}
        told.pop("stored", None)
        if "shape" in told:
            told["shape"] = [self._rows, *told["shape"][1:]]
        if told.get("target") is not None:
            told["target"] = {**told["target"], "shape": [self._rows], "sha256": self._target.hexdigest()}
        return told
