"""The jobs of a sweep, and which of them may begin: a job waits for those whose rows it needs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from runner.trials.candidate import Candidate
from runner.trials.planning import Job


@dataclass
class JobGraph:
    """ready: ids of jobs that may begin, in order. given: ids of those that the crew has."""

    ready: deque[str] = field(default_factory=deque)
    given: set[str] = field(default_factory=set)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _waiting: dict[str, set[str]] = field(default_factory=dict)
    _blocked: dict[str, list[str]] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether a job is under way, may begin, or waits."""
        return bool(self.given or self.ready or self._waiting)

    def __getitem__(self, name: str) -> Job:
        return self._jobs[name]

    def enter(self, job: Job) -> None:
        """Take up a job: it may begin once all that it needs is done."""
        self._jobs[job.id] = job
        unmet = {need for need in job.needs if need not in self._done}
        if not unmet:
            self.ready.append(job.id)
            return
        self._waiting[job.id] = unmet
        for need in unmet:
            self._blocked.setdefault(need, []).append(job.id)

    def end(self, job: Job) -> None:
        """A job is behind, however it ended: those that waited for it may begin."""
        self._done.add(job.id)
        for other in self._blocked.pop(job.id, ()):
            self._waiting[other].discard(job.id)
            if not self._waiting[other]:
                del self._waiting[other]
                self.ready.append(other)

    def hanging_on(self, job: Job) -> list[Candidate]:
        """Return the trials that cannot do without a job: its own, or those that need what it was to prepare."""
        if job.do != "prepare":
            return list(job.candidates)
        lost = {job.id}
        hanging: dict[int, Candidate] = {}
        for other in self._jobs.values():
            if lost & set(other.needs):
                lost.add(other.id)
                if other.do != "prepare":
                    hanging |= {one.number: one for one in other.candidates}
        return list(hanging.values())


def apart(job: Job) -> list[Job]:
    """Part a training of several trials into one for each. One that may be gone on with stays such a training."""
    parts = []
    for one in job.candidates:
        own = replace(job, id=f"{job.id}-{one.number}", candidates=(one,))
        parts.append(replace(own, course=f"{job.course}-{one.number}") if job.course else replace(own, do="trial"))
    return parts
