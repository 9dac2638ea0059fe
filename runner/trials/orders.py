"""Jobs -> the orders that workers are given: plain data, for whatever carries them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from runner.plan.experiment import Experiment
from runner.plan.lineage import Lineage, Node
from runner.record.sweep_folder import SweepFolder
from runner.trials.candidate import of_trial
from runner.trials.options import Options
from runner.trials.planning import Job, Planner
from runner.trials.task import Task


@dataclass(frozen=True)
class Place:
    """Where a sweep works. folder: for relative paths. downloads, store: None keeps nothing.

    memory: bytes that a worker keeps.
    """

    folder: str
    downloads: str | None
    store: str | None
    disabled: tuple[str, ...]
    memory: int

    def told(self) -> dict[str, Any]:
        """Return it as workers are told it."""
        return asdict(self) | {"disabled": list(self.disabled)}


@dataclass(frozen=True)
class Orders:
    """Writes orders for one sweep. workers: how many there are, who share the cores."""

    sweep: SweepFolder
    planner: Planner
    options: Options
    place: Place
    workers: int

    def of(self, job: Job, attempt: int, busy: int) -> Task:
        """Return the order for a job. attempt: of its first trial. busy: jobs that are under way or could be."""
        limits = self.options.trial
        if limits.seconds is not None:
            limits = replace(limits, seconds=limits.seconds * len(job.candidates))
        source = job.candidates[0].experiment.one("source")
        assert source is not None
        payload = {
            "do": job.do,
            "place": self.place.told(),
            "trials": [{"number": one.number, "declared": of_trial(one.experiment)} for one in job.candidates],
            "repetition": job.repetition,
            "folds": list(job.folds),
            **_stages(job.descent),
            "data": self.planner.traits.data.get(source.key),
            "upto": job.upto,
            "keep": list(job.keep),
            "course": job.course,
            "share": job.share,
            "threads": max(1, (os.cpu_count() or 1) // min(self.workers, busy)),
            "whole": self.planner.whole,
        }
        label = job.course and f"{job.course}-{job.folds[0]}"
        log = self._log(job, attempt)
        return Task(job.id, payload, log, limits, keep=label or job.branch, pinned=label is not None)

    def _log(self, job: Job, attempt: int) -> Path:
        if job.do == "trial":
            return self.sweep.working(job.candidates[0].number, attempt) / "log.txt"
        return self.sweep.path / "logs" / f"{job.id}.txt"


def to_count_folds(experiment: Experiment, descent: Lineage) -> dict[str, Any]:
    """Return the order to load and split an experiment's rows, which tells how many folds there are."""
    trial = {"number": 0, "declared": of_trial(experiment)}
    which = {"repetition": 0, "folds": [0], "data": None, "keep": [], "upto": len(descent.gathered)}
    return {"do": "prepare", "trials": [trial], **which, **_stages(descent)}


def _stages(descent: Lineage) -> Mapping[str, Any]:
    return {"gathered": _plain(descent.gathered), "tails": [_plain(tail) for tail in descent.folds]}


def _plain(nodes: Sequence[Node]) -> list[list[str]]:
    return [[node.key, node.name] for node in nodes]
