"""Trials -> jobs: what is shared is prepared once, what can be trained together is, the rest stands alone.

The stages of all trials form one tree. Where it branches, or where several jobs want the same rows, the stage
is prepared by a job of its own, and those that need it wait for it. The driver of a sweep plans with keys
alone; it never touches a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from runner.errors import ConfigError
from runner.plan.experiment import Experiment, Step
from runner.plan.keys import digest_of
from runner.plan.lineage import Lineage, Node, Traits, lineage, repeated
from runner.plan.streamed import streams
from runner.trials.candidate import Candidate
from runner.trials.tree import Tree

#: No more than this many trials are trained in one: beyond it there is nothing to win, and memory to lose.
MOST_TOGETHER = 256


@dataclass(frozen=True)
class Job:
    """One order to a worker. do: as `runner.trials.work` names it. needs: ids of jobs that must be done before.

    folds: which ones; a preparation has one. upto: how many stages to prepare. keep: stages others will want.
    course: names a training that may be continued.
    """

    id: str
    do: Literal["prepare", "trial", "together"]
    candidates: tuple[Candidate, ...]
    repetition: int
    folds: tuple[int, ...]
    descent: Lineage
    needs: tuple[str, ...] = ()
    upto: int | None = None
    keep: tuple[str, ...] = ()
    course: str | None = None
    share: float = 1.0

    @property
    def branch(self) -> str:
        """Jobs with one branch have their rows in common."""
        return self.descent.folds[self.folds[0]][-1].key


@dataclass
class Planner:
    """traits, libraries: see `runner.plan.lineage`. stored: whether the store has a stage already.

    counted: last stage before the folds -> how many there are, where only the rows could tell. whole: the sweep
    chooses compressors, so that each trial is measured with its whole pipeline, and none is trained with others.
    """

    traits: Traits
    libraries: Mapping[str, str]
    stored: Callable[[str], bool]
    counted: dict[str, int] = field(default_factory=dict)
    whole: bool = False
    _prepared: dict[str, str] = field(default_factory=dict)
    _courses: dict[tuple[int, int], str] = field(default_factory=dict)
    _descents: dict[Any, Lineage] = field(default_factory=dict)
    _made: int = 0

    def descent(self, experiment: Experiment, repetition: int) -> Lineage:
        """Return the stages of a trial's repetition."""
        data = ("source", "cleaners", "splitter", "augmenters", "transforms")
        groups = experiment.steps if streams(experiment) else data
        steps = tuple((step.path, step.key) for group in groups for step in experiment.steps[group])
        sign = (steps, experiment.seed, repetition)
        if sign not in self._descents:
            splitter = experiment.one("splitter")
            assert splitter is not None
            own = repeated(experiment, repetition)
            n_folds = 1 if streams(experiment) else self.traits.folds.get(splitter.key)
            if n_folds is None:
                n_folds = self.counted[self.split_of(own).key]
            self._descents[sign] = lineage(own, self.traits, self.libraries, n_folds)
        return self._descents[sign]

    def split_of(self, experiment: Experiment) -> Node:
        """Return the last stage before the folds."""
        return lineage(experiment, self.traits, self.libraries, 0).gathered[-1]

    def jobs(self, candidates: Sequence[Candidate], repetition: int) -> list[Job]:
        """Plan one repetition of some trials: preparations first, branch by branch."""
        trainings = [
            job for group in self._groups(candidates, repetition) for job in self._trainings(group, repetition)
        ]
        return [job for training in self._with_preparations(trainings) for job in training]

    def _groups(self, candidates: Sequence[Candidate], repetition: int) -> list[list[Candidate]]:
        """Put those together that have their rows in common and differ only where their trainer allows it."""
        found: dict[Any, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            together = self.likeness(candidate.experiment)
            end = self.descent(candidate.experiment, repetition).folds[0][-1].key
            begun = self._courses.get((candidate.number, repetition))
            found[begun or ((end, together, candidate.share) if together else candidate.number)].append(candidate)
        return [
            group[start : start + MOST_TOGETHER]
            for group in found.values()
            for start in range(0, len(group), MOST_TOGETHER)
        ]

    def check_in_parts(self, experiment: Experiment) -> None:
        """Refuse a model that cannot be trained up to a part of its epochs and go on later. Raises ConfigError."""
        model = experiment.one("model")
        assert model is not None
        if self.likeness(experiment) is None:
            why = " while there are compressors" if self.whole or experiment.many("compressors") else ""
            why = " while its rows are streamed" if streams(experiment) else why
            raise ConfigError(
                f"{model.offer} cannot be trained up to a part of its epochs, as this search asks for{why}. Choose "
                "'search=random' or 'search=tpe', or a model that is trained by gradients."
            )

    def likeness(self, experiment: Experiment) -> str | None:
        """Return what trials trained together must have in common; None for a model that trains alone."""
        model = experiment.one("model")
        assert model is not None
        free = self.traits.free.get(model.key)
        if free is None or self.whole or experiment.many("compressors") or streams(experiment):
            return None
        groups = ("model", "optimizer", "scheduler")
        return digest_of([_bound(experiment.one(group), free.get(group, ())) for group in groups], experiment.seed)

    def _trainings(self, group: list[Candidate], repetition: int) -> list[Job]:
        descent = self.descent(group[0].experiment, repetition)
        n_folds, share = len(descent.folds), group[0].share
        ends = tuple(fold[-1].key for fold in descent.folds)
        course = self._course(group, repetition, share)
        if len(group) == 1 and course is None:
            return [self._job("trial", group, repetition, tuple(range(n_folds)), descent, keep=ends)]
        return [
            self._job("together", group, repetition, (fold,), descent, keep=ends, share=share, course=course)
            for fold in range(n_folds)
        ]

    def _course(self, group: list[Candidate], repetition: int, share: float) -> str | None:
        """Name a training that goes on later, or did begin earlier; None for one that is made in one go."""
        name = self._courses.get((group[0].number, repetition))
        if name is None and share < 1.0:
            name = f"course-{repetition}-{group[0].number}"
            self._courses |= {(one.number, repetition): name for one in group}
        return name

    def _with_preparations(self, trainings: Sequence[Job]) -> list[list[Job]]:
        """Give each training what it has to wait for, and the jobs that make it, in front."""
        tree, stored = Tree.of(trainings), cache(self.stored)
        planned = []
        for job in trainings:
            own: list[Job] = []
            needs: dict[str, None] = {}
            keep: dict[str, None] = {}
            for fold in job.folds:
                last = None
                nodes = job.descent.fold(fold)
                there = max((place for place, node in enumerate(nodes, start=1) if stored(node.key)), default=0)
                for place, node in enumerate(nodes, start=1):
                    if not tree.is_shared(node.key):
                        continue
                    keep[node.key] = None
                    if place <= there:
                        continue
                    if node.key not in self._prepared:
                        made = self._job(
                            "prepare", job.candidates[:1], job.repetition, (fold,), job.descent,
                            needs=(last,) if last else (), upto=place, keep=(node.key,),
                        )  # fmt: skip
                        self._prepared[node.key] = made.id
                        own.append(made)
                    last = self._prepared[node.key]
                if last:
                    needs[last] = None
            ends = [job.descent.fold(fold)[-1].key for fold in job.folds]
            own.append(replace(job, needs=tuple(needs), keep=tuple(dict.fromkeys([*keep, *ends]))))
            planned.append(own)
        return planned

    def _job(
        self,
        do: Literal["prepare", "trial", "together"],
        candidates: Sequence[Candidate],
        repetition: int,
        folds: tuple[int, ...],
        descent: Lineage,
        **more: Any,
    ) -> Job:
        self._made += 1
        return Job(f"{do}-{self._made}", do, tuple(candidates), repetition, folds, descent, **more)


def _bound(step: Step | None, free: str | Sequence[str]) -> Any:
    """Return what of a component must be equal in a training together. free: see `runner.contracts.Trainer`."""
    if step is None or free == "any":
        return None
    if free == "numbers":
        bound = {name: value for name, value in step.own.items() if not _is_number(value)}
    else:
        bound = {name: value for name, value in step.own.items() if name not in free}
    return step.offer.qualified, step.offer.code, bound


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
