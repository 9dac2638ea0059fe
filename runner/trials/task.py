"""What a crew is asked to do, and what it says of it.

>>> from pathlib import Path
>>> task = Task("0017", {"share": 1.0}, log=Path("log.txt"), limits=Limits(seconds=60))
>>> task.limits.memory is None, task.alone
(True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from runner.record.records import ErrorRecord

EndState = Literal["done", "failed", "timeout", "oom", "killed", "exited", "interrupted"]


@dataclass(frozen=True)
class Limits:
    """What a task may use. None: as much as there is.

    seconds: of wall time. memory: bytes that the worker and all it has started hold together; looked at five
    times a second, and pages shared with other workers count in each. address_space: bytes the worker may map
    (RLIMIT_AS); an allocation beyond raises MemoryError at once. It counts what is mapped and never touched.
    """

    seconds: float | None = None
    memory: int | None = None
    address_space: int | None = None


@dataclass(frozen=True)
class Task:
    """One call of the work. id: unique among the tasks that have not ended. payload: JSON.

    payload["threads"], where given: how many threads BLAS and OpenMP may use. log: takes what the task prints
    and how it crashed; there is no such file where it said nothing. alone: nothing else runs meanwhile.
    keep: goes, if that worker is free, to the worker which last had a task of this label, for what it remembers.
    pinned: waits for that worker rather than go to another one; where it is dead, any will do. Such a worker
    is not replaced for its number of tasks.
    """

    id: str
    payload: Mapping[str, Any]
    log: Path
    limits: Limits = Limits()
    alone: bool = False
    keep: str | None = None
    pinned: bool = False


@dataclass(frozen=True)
class Said:
    """A message of the work while it goes on. task: its id."""

    task: str
    told: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a task ended. answer: what the work returned, only where state is "done"; error: only where it is not.

    signal: which one ended the worker. peak_bytes: the most memory the worker held, as far as it was seen.
    infrastructure: the worker died or memory ran out, so another attempt may end otherwise; False where it
    would end the same way again.
    """

    task: str
    state: EndState
    answer: Mapping[str, Any] | None = None
    error: ErrorRecord | None = None
    signal: int | None = None
    peak_bytes: int = 0
    seconds: float = 0.0
    infrastructure: bool = False
