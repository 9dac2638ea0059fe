"""Trials on rows that are ready: one alone, or many in one training."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sklearn import config_context
from sklearn.base import clone

from runner.contracts import Course, Trainer
from runner.execute.components import Called, Components
from runner.execute.fold import FittedFold, judged, rescored, smaller, train
from runner.execute.observing import Stages
from runner.execute.preparing import Prepared, check_table
from runner.execute.sizing import first_row
from runner.record.model_size import bytes_of
from runner.ship.answers import latency
from runner.trials.rows import Held

#: As long as the latency of a trial may take to be found.
_SECONDS = 0.05
#: A training alone goes on after a fused one has failed, so that one trial's mistake is its own.
Answer = dict[str, Any]


@dataclass(frozen=True)
class Runner:
    """One trial as this worker carries it out. number: in the sweep."""

    number: int
    components: Components


def alone(one: Runner, held: Held, fold: int, *, whole: bool = False) -> Answer:
    """Train and score one trial on a fold's rows; compressed first, if that is what would be shipped.

    whole: measure the whole pipeline and not only the model; the rows have it then.
    """
    stages = Stages(fold=fold)
    start = time.perf_counter()
    model = train(one.components, held.value, stages)
    scored = judged(one.components, model, held.value, stages, only_scores=True)
    compressors = one.components.many("compressors")
    if compressors and scored.diverged is None:
        scored = _compressed(one.components, compressors, scored, stages)
    answer = told(scored, time.perf_counter() - start, 1)
    return answer | measured(scored) if whole and scored.diverged is None else answer


def measured(fold: FittedFold) -> Answer:
    """Return what the whole pipeline takes: bytes, and seconds for one row alone."""
    assert fold.test is not None
    return {
        "model_bytes": bytes_of(fold.tail, packed=True),
        "latency": latency(fold.tail, first_row(fold.test.features), seconds=_SECONDS),
    }


def _compressed(
    components: Components, compressors: Sequence[Called], fold: FittedFold, stages: Stages
) -> FittedFold:
    """Compress a fold's pipeline and score it again on the rows held out from it."""
    for called in compressors:
        with stages.stage(f"compress/{called.name}"):
            fold = smaller(called, fold)
    return replace(fold, scores=rescored(components, fold, stages), steps=stages.done)


@dataclass
class Together:
    """A fused training under way: several trials of one branch, one fold. share: how far it is, of its epochs."""

    runners: Sequence[Runner]
    course: Course
    seconds: float = 0.0
    share: float = 0.0

    def advance(self, share: float) -> None:
        """Train until that share of the epochs is behind; nothing is done twice."""
        start = time.perf_counter()
        called = self.runners[0].components.one("model")
        called.call("training together", self.course.advance, max(1, round(share * self.course.epochs)))
        self.seconds += time.perf_counter() - start
        self.share = share

    def drop(self, numbers: Sequence[int]) -> None:
        """Train these trials no further."""
        self.course.drop([place for place, one in enumerate(self.runners) if one.number in numbers])

    def answers(self, held: Held, fold: int, numbers: Sequence[int]) -> dict[int, Answer]:
        """Score trials as they are now."""
        found: dict[int, Answer] = {}
        for place, one in enumerate(self.runners):
            if one.number in numbers:
                stages = Stages(fold=fold)
                called = one.components.one("model")
                with stages.stage(f"train/{called.name}", held.value.train.n_rows) as stage:
                    model = called.call("training together", self.course.fitted, place)
                    stage.note = f"one of {len(self.runners)} trained together"
                start = time.perf_counter()
                # All meet the same rows, and the first of them has looked whether they are finite.
                with config_context(assume_finite=bool(found)):
                    scored = judged(one.components, model, held.value, stages, only_scores=True)
                seconds = self.seconds / len(self.runners) + time.perf_counter() - start
                found[one.number] = told(scored, seconds, len(self.runners))
        return found


def groups(
    runners: Sequence[Runner], trainer: Trainer | None, *, least: int = 2
) -> tuple[list[list[Runner]], list[Runner]]:
    """Part trials into those that can be trained together, by what their models say, and those that cannot.

    least: smaller groups are left to be trained alone.
    """
    found: dict[Any, list[Runner]] = {}
    lonely = []
    for one in runners:
        key = None if trainer is None else trainer.fusion_key(one.components.one("model").component)
        if key is None:
            lonely.append(one)
        else:
            found.setdefault(key, []).append(one)
    lonely += [one for group in found.values() if len(group) < least for one in group]
    return [group for group in found.values() if len(group) >= least], lonely


def begin(group: Sequence[Runner], trainer: Trainer, rows: Prepared, threads: int) -> Together:
    """Start to train a group on a fold's rows."""
    called = group[0].components.one("model")
    check_table(called, rows)
    models = [clone(one.components.one("model").component) for one in group]
    start = time.perf_counter()
    course = called.call("training together", _begun, trainer, models, rows, threads)
    return Together(group, course, time.perf_counter() - start)


def _begun(trainer: Trainer, models: Sequence[Any], rows: Prepared, threads: int) -> Course:
    return trainer.begin(models, rows.train.features, rows.train.target, threads=threads)


def told(fold: FittedFold, seconds: float, fused: int) -> Answer:
    """Return what a fold found, as JSON. seconds: of training and scoring, a fused one's share of it."""
    return {
        "scores": dict(fold.scores),
        "seconds": seconds,
        "fused": fused,
        "curves": _short(fold.curves),
        "diverged": None if fold.diverged is None else dict(fold.diverged),
        "steps": [asdict(step) for step in fold.steps],
        "model_bytes": bytes_of(fold.tail.steps[-1][1]),
    }


def _short(curves: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    return {name: list(values) for name, values in curves.items()}
