"""Who hears what happens, and how long each stage took."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from runner.contracts import Event, Tracker
from runner.execute.delivery import Delivery
from runner.record.records import StepRecord
from runner.secrets import masked

log = logging.getLogger("runner")


class Listeners:
    """Who hears of a run or a sweep. run: its id, which every event is told with.

    ears: hear at once, where the event happens; one that raises is named in the log and not called again.
    deliveries: to trackers, each in its own time. Sent to another process it arrives empty: listeners hear what
    happens in the run's own process.
    """

    def __init__(
        self, ears: Sequence[tuple[str, Tracker]] = (), deliveries: Sequence[Delivery] = (), run: str | None = None
    ) -> None:
        self._ears, self._deliveries, self._run = list(ears), list(deliveries), run

    def __bool__(self) -> bool:
        return bool(self._ears or self._deliveries)

    def hear(self, event: Event) -> None:
        """Tell every listener."""
        if not self:
            return
        event = replace(event, run=self._run, time=time.time())
        for name, tracker in list(self._ears):
            try:
                tracker.hear(event)
            except Exception:
                log.warning("tracker %r failed and is not called again", name, exc_info=True)
                self._ears.remove((name, tracker))
        for delivery in self._deliveries:
            delivery.hear(event)

    def close(self) -> None:
        """Wait until the trackers have heard everything, or have had their grace."""
        end = time.monotonic()  # one for all: several that hang are waited for together
        for delivery in self._deliveries:
            delivery.close(end)

    def __getstate__(self) -> dict[str, Any]:
        return {"_ears": [], "_deliveries": [], "_run": self._run}


def deliveries_to(
    trackers: Sequence[tuple[str, Tracker]], folder: Callable[[str], Path], *, shown: bool
) -> list[Delivery]:
    """Begin to deliver to trackers. folder: of one, by its name; shown: a person is shown already what goes on."""
    return [
        Delivery(name, tracker, folder(name) if callable(getattr(tracker, "open", None)) else None)
        for name, tracker in trackers
        if not (shown and getattr(tracker, "shows", False))
    ]


def failure(error: BaseException) -> dict[str, Any]:
    """Return what an event tells of an error."""
    return {"kind": type(error).__name__, "message": masked(str(error))}


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
        try:
            yield stage
        except BaseException as error:
            seconds = time.perf_counter() - start
            self.listeners.hear(Event("stage_failed", step, self.fold, seconds, failure(error)))
            raise
        seconds = time.perf_counter() - start
        self.done.append(StepRecord(step, seconds, self.fold, rows_in, stage.rows_out, stage.note))
        log.info("%s took %.3f s%s", step, seconds, f": {stage.note}" if stage.note else "")
        details = {"rows_in": rows_in, "rows_out": stage.rows_out, "note": stage.note}
        self.listeners.hear(Event("stage_finished", step, self.fold, seconds, details))
