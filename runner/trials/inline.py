"""The work of a crew in this very process, one task after the other.

For declarations that hold objects of this process, such as a frame, and where no worker can be forked. A task is
not watched over: what ends the process ends the sweep.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from runner.catalogue import Catalogue
from runner.errors import ConfigError, RunnerError
from runner.record.records import ErrorRecord
from runner.secrets import masked
from runner.trials.mistakes import kind_of
from runner.trials.task import Ended, Said, Task
from runner.trials.work import Bench, bench_of, carried_out


class Inline:
    """Does what `runner.trials.crew.Crew` does, here. running: nothing is in work between two calls."""

    running: Sequence[str] = ()

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._tasks: deque[Task] = deque()
        self._bench: Bench | None = None

    def resize(self, size: int) -> None:
        """There is one of us, whatever is asked for."""

    def submit(self, task: Task) -> None:
        """Take a task up. Raises ConfigError where it has limits, which nobody could keep."""
        if task.limits.seconds is not None or task.limits.memory is not None:
            raise ConfigError(
                "sweep.trial_time and sweep.trial_memory need worker processes, and the trials of this sweep run in "
                "this one, for their declaration holds objects. Leave them out, or give the data by a file."
            )
        self._tasks.append(task)

    def wait(self, timeout: float | None) -> list[Said | Ended]:
        """Carry out the next task and tell how it ended."""
        del timeout
        if not self._tasks:
            return []
        task = self._tasks.popleft()
        start = time.monotonic()
        try:
            answer = carried_out(self._own_bench(task.payload["place"]), task.payload)
        except RunnerError as error:
            return [_failed(task, kind_of(error), str(error), start)]
        except Exception as error:  # noqa: BLE001 - told to the driver; one trial's mistake is its own
            task.log.write_text(masked(traceback.format_exc()), encoding="utf-8")
            return [_failed(task, "component", f"{type(error).__name__}: {error}", start)]
        return [Ended(task=task.id, state="done", answer=answer, seconds=time.monotonic() - start)]

    def stop(self, grace: float = 0.0) -> Sequence[Ended]:
        """Drop what has not begun."""
        del grace
        self._tasks.clear()
        return []

    def _own_bench(self, place: Mapping[str, Any]) -> Bench:
        self._bench = self._bench or bench_of(place, self._catalogue)
        return self._bench


def _failed(task: Task, kind: str, message: str, start: float) -> Ended:
    seconds = time.monotonic() - start
    return Ended(task=task.id, state="failed", error=ErrorRecord(kind, message), seconds=seconds)
