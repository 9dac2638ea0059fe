"""A task of a sweep that is carried out elsewhere: what travels there, and what comes back.

    future = executor.submit(Errand("trial-0f3a-0017", payload, limits))
    future.result()      # {"state": "done", "answer": {...}, "log": "", ...}

Wherever it is called, a process of its own does the work, watched over as on the driver's machine: a limit that is
broken, a crash or an exit ends that process, and the errand comes back and tells of it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runner.trials.crew import Crew
from runner.trials.task import Ended, Limits, Task

#: So much of what a task printed travels back.
_MOST_PRINTED = 1 << 20


@dataclass(frozen=True)
class Errand:
    """A task that can be pickled and called. payload: as the driver writes it, JSON.

    key: says what is computed, for which driver, and which attempt it is; no two errands have one key, also where
    the same command runs twice on one cluster. keep: label of what a worker may still remember of an earlier errand.
    together: many trials are trained in it as one.
    """

    key: str
    payload: Mapping[str, Any]
    limits: Limits = field(default_factory=Limits)
    keep: str | None = None
    together: bool = False

    def __call__(self) -> dict[str, Any]:
        """Do it here, and return how it ended in plain values, `log` among them: what it printed."""
        crew = _crew_of(threading.get_ident())
        with TemporaryDirectory(prefix="runner-errand-") as folder:
            log = Path(folder) / "log.txt"
            crew.submit(Task("errand", self.payload, log, self.limits))
            ended = _end_of(crew)
            printed = log.read_bytes()[-_MOST_PRINTED:] if log.exists() else b""
            return {**asdict(ended), "log": printed.decode("utf-8", "replace")}


def _end_of(crew: Crew) -> Ended:
    while True:
        for told in crew.wait(None):
            if isinstance(told, Ended):
                return told


@cache
def _crew_of(thread: int) -> Crew:
    """Start the one worker of a thread; it lives, and remembers rows, as long as this process. thread: its id."""
    del thread
    return Crew.start(1)
