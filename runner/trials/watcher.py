"""Who is told how a sweep goes, to show it to a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from runner.plan.outline import Outline
from runner.record.sweeps import TrialSummary


class Watcher(Protocol):
    """shows: whether a person sees what it is told, so that no tracker need show."""

    shows: bool

    def opened(self, folder: Path, direction: str | None, workers: int) -> None:
        """Hear first where the sweep is written, what is better, and how many work on it."""
        ...

    def planned(self, outline: Outline, trials: int, resumed: Sequence[TrialSummary]) -> None:
        """Hear a plan before it is carried out; a search may make several. trials: planned so far in all."""
        ...

    def started(self, number: int) -> None:
        """Hear that a trial runs."""
        ...

    def ended(self, trial: TrialSummary, message: str | None, log: Path | None) -> None:
        """Hear how a trial ended. message, log: of a failure."""
        ...

    def tick(self) -> None:
        """Called while nothing happens."""
        ...

    def tell(self, line: str) -> None:
        """Hear something that a person should know now."""
        ...
