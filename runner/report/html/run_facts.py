"""What a run folder tells, read for a page: of a finished run, or of one whose page is part of it.

A piece that is missing is None or empty; one that cannot be read is an error, as everywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.errors import IntegrityError
from runner.record import layout, manifest, strict_json
from runner.record.predictions import HeldOut, read_predictions
from runner.record.read import Run

#: The last lines of the log of a failed run; its traceback stands above them.
LOG_LINES = 40

#: Training -> curve -> its value after each epoch.
Curves = Mapping[str, Mapping[str, Sequence[float]]]


class ReportedRun(Run):
    """A run folder that may still be in the making: its files are then those that lie there."""

    @cached_property
    def files(self) -> dict[str, Any]:
        """Relative path -> at least its size."""
        if manifest.is_finished(self.path):
            return manifest.read(self.path)
        found = sorted(path for path in self.path.rglob("*") if path.is_file())
        return {path.relative_to(self.path).as_posix(): {"size": path.stat().st_size} for path in found}

    @cached_property
    def data(self) -> Mapping[str, Any] | None:
        """The data in counts."""
        found: Mapping[str, Any] | None = self.record(layout.DATA_REPORT)
        return found

    @cached_property
    def held_out(self) -> list[HeldOut]:
        """The rows that models were judged by: those of the tests, or where there are none those of validation."""
        if layout.PREDICTIONS not in self.files:
            return []
        parts = read_predictions(self.path / layout.PREDICTIONS)
        return [part for part in parts if part.part == "test"] or parts

    @cached_property
    def curves(self) -> Curves:
        """What each training recorded per epoch."""
        if layout.CURVES not in self.files:
            return {}
        found: dict[str, dict[str, list[float]]] = {}
        try:
            with open(self.path / layout.CURVES, encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    training = found.setdefault(row.pop("training"), {})
                    del row["epoch"]
                    for name, text in row.items():
                        if text:
                            training.setdefault(name, []).append(float(text))
        except (KeyError, ValueError) as error:
            raise IntegrityError(f"'{self.path / layout.CURVES}' is no table of curves: {error}") from error
        return found

    @cached_property
    def range_tests(self) -> Mapping[str, Any]:
        """Training -> learning rates that were tried, and their losses."""
        return self.record(layout.RANGE_TEST) or {}

    @cached_property
    def interpretation(self) -> Mapping[str, Any]:
        """What the model goes by, where that was asked for."""
        return self.record("reports/interpretation.json") or {}

    @cached_property
    def log(self) -> str:
        """The end of the log, in which secrets are masked since it was written."""
        if layout.LOG not in self.files:
            return ""
        lines = (self.path / layout.LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])

    @cached_property
    def replay(self) -> str:
        """How to run it again, as the run folder tells it."""
        if layout.REPLAY not in self.files:
            return ""
        return (self.path / layout.REPLAY).read_text(encoding="utf-8")

    def record(self, name: str) -> Any:
        """Return a record; None where the run has none."""
        return strict_json.read(self.path / name) if name in self.files else None


def reported(folder: Path) -> ReportedRun:
    """Open a run for its page."""
    return ReportedRun(folder)
