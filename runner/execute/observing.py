"""Who hears what happens, and how long each stage took."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from runner.contracts import Event, Tracker
from runner.record.records import StepRecord

log = logging.getLogger("runner")


class Listeners:
    """The trackers of a run. One that raises is named in the log and not called again: it never stops a run.

    Sent to another process it arrives empty: listeners hear what happens in the run's own process.
    """

    def __init__(self, trackers: Sequence[tuple[str, Tracker]] = ()) -> None:
        self._trackers = list(trackers)

    def hear(self, event: Event) -> None:
        """Tell every listener."""
        for name, tracker in list(self._trackers):
            try:
                tracker.hear(event)
            except Exception:
                log.warning("tracker %r failed and is not called again", name, exc_info=True)
                self._trackers.remove((name, tracker))

    def __getstate__(self) -> dict[str, Any]:
        return {"_trackers": []}


@dataclass
class Stage:
    """A stage being carried out; the code inside fills in what it learns. rows_out, note: as StepRecord."""

    rows_out: int | None = None
    note: str | None = None


@dataclass
class Stages:
    """The stages of a run or of one fold, timed. fold: None outside the folds."""

    listeners: Listeners = field(default_factory=Listeners)
    fold: int | None = None
    done: list[StepRecord] = field(default_factory=list)

    @contextmanager
    def stage(self, step: str, rows_in: int | None = None) -> Iterator[Stage]:
        """Time a stage and tell the listeners. step: "<stage>/<component>"."""
        self.listeners.hear(Event("stage_started", stage=step, fold=self.fold))
        log.debug("%s starts%s", step, "" if self.fold is None else f" (fold {self.fold + 1})")
        stage, start = Stage(), time.perf_counter()
        yield stage
        seconds = time.perf_counter() - start
        self.done.append(StepRecord(step, seconds, self.fold, rows_in, stage.rows_out, stage.note))
        log.info("%s took %.3f s%s", step, seconds, f": {stage.note}" if stage.note else "")
        details = {"rows_in": rows_in, "rows_out": stage.rows_out, "note": stage.note}
        self.listeners.hear(Event("stage_finished", step, self.fold, seconds, details))
