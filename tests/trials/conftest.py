"""A crew at work, and tasks for it; and a sweep carried out in this process, job by job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from runner.catalogue import Catalogue
from runner.code_digest import library_versions
from runner.plan.experiment import Experiment, resolve
from runner.store.store import Store
from runner.testing import make_catalogue
from runner.trials.candidate import Candidate
from runner.trials.crew import Crew, Habits
from runner.trials.inline import Inline
from runner.trials.planning import Job, Planner
from runner.trials.surveying import Surveyor
from runner.trials.task import Limits, Task
from runner.trials.work import Bench, bench_of, carried_out

WORKS = str(Path(__file__).parent / "works.py") + ":act"

FREE = Limits()

MakeTask = Callable[..., Task]


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Two workers that grant half a second to a task which is over its time."""
    crew = Crew.start(2, WORKS, habits=Habits(grace=0.5))
    yield crew
    crew.stop()


@pytest.fixture
def make_task(tmp_path: Path) -> MakeTask:
    """Make a task. do: the work's name in works.py; further words are its payload."""

    def make(
        id: str,
        do: str,
        *,
        limits: Limits = FREE,
        alone: bool = False,
        keep: str | None = None,
        pinned: bool = False,
        **payload: Any,
    ) -> Task:
        return Task(id, {"do": do, **payload}, tmp_path / f"{id}.log", limits, alone, keep, pinned)

    return make


BASE: Mapping[str, Any] = {
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": {"use": "stratified_kfold", "folds": 3},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 3},
    "optimizer": {"use": "adam"},
    "metrics": ["accuracy"],
    "executor": "inline",
}


@dataclass
class Desk:
    """Plans trials as a driver does, and carries their jobs out here, in the order in which they may be given.

    store: where stages are kept, None for nowhere. memory: bytes that are remembered.
    """

    folder: Path
    catalogue: Catalogue
    store: Path | None = None
    memory: int = 10**9
    done: set[str] = field(default_factory=set)
    bench: Bench = field(init=False)
    surveyor: Surveyor = field(init=False)

    def __post_init__(self) -> None:
        place = {"folder": str(self.folder), "store": None if self.store is None else str(self.store)}
        place |= {"downloads": None, "disabled": [], "memory": self.memory}  # type: ignore[dict-item]
        self.bench = bench_of(place, self.catalogue)
        self.surveyor = Surveyor(Inline(self.catalogue), place, self.folder)  # type: ignore[arg-type]

    def experiment(self, **changed: Any) -> Experiment:
        """Resolve the base with some groups changed."""
        return resolve({**BASE, **changed}, self.catalogue)

    def candidates(self, declared: Sequence[Mapping[str, Any]], *, share: float = 1.0) -> list[Candidate]:
        """Make trials of the base with some groups changed in each."""
        experiments = [self.experiment(**changed) for changed in declared]
        return [Candidate(number, f"key {number}", {}, one, share) for number, one in enumerate(experiments)]

    def planner(self, candidates: Sequence[Candidate], *, folds: int = 3) -> Planner:
        """Ask the components of these trials what they say of themselves, and make a planner of it.

        folds: how many a splitter makes that cannot tell.
        """
        self.surveyor.learn(one.experiment for one in candidates)
        traits = self.surveyor.traits
        counts = {key: folds if count is None else count for key, count in traits.folds.items()}
        stored = Store(self.store).has if self.store else lambda key: False
        return Planner(replace(traits, folds=counts), library_versions(), stored)

    def order(self, job: Job, **changed: Any) -> dict[str, Any]:
        """Write a job as the order that a worker gets."""
        source = job.candidates[0].experiment.one("source")
        assert source is not None
        return {
            "do": job.do,
            "trials": [{"number": one.number, "declared": one.experiment.declared} for one in job.candidates],
            "repetition": job.repetition,
            "folds": list(job.folds),
            "gathered": [[node.key, node.name] for node in job.descent.gathered],
            "tails": [[[node.key, node.name] for node in tail] for tail in job.descent.folds],
            "data": self.surveyor.traits.data[source.key],
            "upto": job.upto,
            "keep": list(job.keep),
            "course": job.course,
            "share": job.share,
            "threads": 1,
            "whole": False,
            **changed,
        }

    def carry_out(self, jobs: Sequence[Job]) -> dict[int, dict[int, Mapping[str, Any]]]:
        """Carry out jobs, each after what it needs. Returns number of the trial -> fold -> answer."""
        found: dict[int, dict[int, Mapping[str, Any]]] = {}
        for job in jobs:
            assert self.done.issuperset(job.needs)
            answer = carried_out(self.bench, self.order(job))
            self.done.add(job.id)
            assert not answer.get("failed")
            for number, told in answer.get("trials", {}).items():
                found.setdefault(int(number), {}).update({int(fold): one for fold, one in told["folds"].items()})
        return found


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Desk]:
    """Lay out a desk. components: as `runner.testing.make_catalogue` takes them. kept: whether there is a store."""

    def make(
        components: Mapping[str, Mapping[str, Any]] | None = None, *, kept: bool = False, memory: int = 10**9
    ) -> Desk:
        return Desk(tmp_path, make_catalogue(components), tmp_path / "store" if kept else None, memory)

    return make
