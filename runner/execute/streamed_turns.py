"""The stages of a stream: each has a short turn with every batch, and is told as one in the end."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from runner.contracts import Event
from runner.execute.observing import Stage, Stages, failure
from runner.record.records import StepRecord

log = logging.getLogger("runner")


@dataclass
class _Total:
    """What the turns of one stage come to. first: the pass in which its rows are counted; passes: how many it had."""

    first: int
    latest: int
    passes: int = 1
    seconds: float = 0.0
    rows_in: int | None = None
    rows_out: int | None = None
    note: str | None = None
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str | None:
        """All that is worth a note."""
        notes = [f"{count} dropped: {reason}" for reason, count in self.dropped.items()]
        notes += [self.note] if self.note else []
        notes += [f"{self.passes} passes"] if self.passes > 1 else []
        return "; ".join(notes) or None


@dataclass
class Turns(Stages):
    """Stages that have a turn with every batch, in one pass over the rows or in several; rows count once."""

    _pass: int = 0
    _totals: dict[str, _Total] = field(default_factory=dict)

    def begin_pass(self) -> None:
        """Say that the rows come again from the first."""
        self._pass += 1

    @contextmanager
    def stage(self, step: str, rows_in: int | None = None) -> Iterator[Stage]:
        """Time one turn. step: "<stage>/<component>"."""
        total = self._total(step)
        stage, start = Stage(), time.perf_counter()
        try:
            yield stage
        except BaseException as error:
            self.listeners.hear(Event("stage_failed", step, self.fold, total.seconds, failure(error)))
            raise
        total.seconds += time.perf_counter() - start
        total.note = stage.note or total.note
        if total.first == self._pass:
            total.rows_in = _sum(total.rows_in, rows_in)
            total.rows_out = _sum(total.rows_out, stage.rows_out)

    def count_dropped(self, step: str, dropped: Mapping[str, int]) -> None:
        """Add rows that a stage dropped, by reason."""
        total = self._total(step)
        if total.first == self._pass:
            total.dropped.update(dropped)

    def finish(self) -> None:
        """Tell of every stage; more turns begin anew."""
        for step, total in self._totals.items():
            self.done.append(StepRecord(step, total.seconds, self.fold, total.rows_in, total.rows_out, total.told))
            log.info("%s took %.3f s%s", step, total.seconds, f": {total.told}" if total.told else "")
            details = {"rows_in": total.rows_in, "rows_out": total.rows_out, "note": total.told}
            self.listeners.hear(Event("stage_finished", step, self.fold, total.seconds, details))
        self._totals = {}

    def _total(self, step: str) -> _Total:
        if step not in self._totals:
            self.listeners.hear(Event("stage_started", stage=step, fold=self.fold))
            log.debug("%s starts%s", step, "" if self.fold is None else f" (fold {self.fold + 1})")
            self._totals[step] = _Total(self._pass, self._pass)
        total = self._totals[step]
        if total.latest != self._pass:
            total.latest, total.passes = self._pass, total.passes + 1
        return total


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more
