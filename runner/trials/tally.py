"""What the folds and seeds of a trial have brought so far, and what it comes to in the end."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from runner.record.records import ErrorRecord, Metrics, StepRecord
from runner.record.sweeps import TrialState
from runner.record.totals import totals
from runner.trials.candidate import Candidate

#: Two-sided 95 % points of Student's t by degrees of freedom; beyond the last it is taken for that.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True)
class Objective:
    """What is to be the best. direction, aggregate: as in `runner.trials.options`."""

    metric: str | None
    direction: Literal["maximize", "minimize"] | None
    aggregate: Literal["mean", "median", "min", "max"] = "mean"

    def of(self, values: Sequence[float]) -> float:
        """Put the scores of folds and seeds together."""
        match self.aggregate:
            case "mean":
                return statistics.fmean(values)
            case "median":
                return statistics.median(values)
            case "min":
                return min(values)
            case _:
                return max(values)

    def oriented(self, score: float) -> float:
        """Turn a score so that more is better."""
        return -score if self.direction == "minimize" else score


@dataclass
class Tally:
    """One trial under way. answers: (repetition, fold) -> what a worker told of it. pending: ids of its jobs.

    submitted, started: by a monotonic clock; begun: ISO 8601 in UTC. repetitions: how many are done or under way.
    finished: nothing more is asked of it for now.
    """

    candidate: Candidate
    attempt: int
    submitted: float
    started: float | None = None
    begun: str = ""
    answers: dict[tuple[int, int], Mapping[str, Any]] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    error: ErrorRecord | None = None
    state: TrialState | None = None
    peak: int = 0
    repetitions: int = 0
    finished: bool = False

    def take(self, repetition: int, folds: Mapping[str, Mapping[str, Any]]) -> None:
        """Note what folds have brought; a later stage of a training replaces the earlier one."""
        for fold, answer in folds.items():
            self.answers[repetition, int(fold)] = answer

    def fail(self, state: TrialState, error: ErrorRecord) -> None:
        """Note that it cannot be finished; the first reason stays."""
        if self.state is None:
            self.state, self.error = state, error

    @property
    def seconds(self) -> float:
        """How long its trainings and scores took; each answer counts from the beginning of its training."""
        return float(sum(answer["seconds"] for answer in self.answers.values()))

    @property
    def diverged(self) -> Mapping[str, Any] | None:
        """Where the training ran away, if one did."""
        return next((answer["diverged"] for answer in self.answers.values() if answer["diverged"]), None)

    def scores(self, metric: str | None) -> dict[tuple[int, int], float]:
        """Return the objective's score per repetition and fold, where it is a finite number."""
        found = {place: answer["scores"].get(metric) for place, answer in self.answers.items()}
        return {
            place: float(score)
            for place, score in found.items()
            if isinstance(score, int | float) and math.isfinite(score)
        }

    def metrics(self, objective: Objective) -> Metrics:
        """Put the scores of all folds and seeds together."""
        folds = [self.answers[place]["scores"] for place in sorted(self.answers)]
        sound = [fold for fold in folds if fold]
        return Metrics(objective.metric, objective.direction, tuple(folds), totals(sound))

    def steps(self) -> list[StepRecord]:
        """Return the stages behind the first repetition's folds, and those of each training."""
        found: list[StepRecord] = []
        seen: set[tuple[str, int | None]] = set()
        for place in sorted(self.answers):
            own = [StepRecord.of(step) for step in self.answers[place]["steps"]]
            found += [step for step in own if (step.step, step.fold) not in seen]
            seen |= {(step.step, step.fold) for step in own}
        return found

    @property
    def model_bytes(self) -> int | None:
        """How large its models are on average; None where that could not be seen of one."""
        sizes = [answer.get("model_bytes") for answer in self.answers.values()]
        known = [size for size in sizes if size is not None]
        return round(statistics.fmean(known)) if known and len(known) == len(sizes) else None

    @property
    def latency(self) -> float | None:
        """How long one row takes its whole pipelines on average; None where that was not measured."""
        found = [answer.get("latency") for answer in self.answers.values()]
        known = [seconds for seconds in found if seconds is not None]
        return statistics.fmean(known) if known and len(known) == len(found) else None

    def curves(self) -> Mapping[str, Sequence[float]]:
        """Return the curves of the first training."""
        return self.answers[min(self.answers)]["curves"] if self.answers else {}


def cannot_win(one: Tally, best: Tally, objective: Objective) -> bool:
    """Say whether a trial is worse than the best beyond doubt, by the folds and seeds that both have seen.

    Paired differences; it is out when even the optimistic end of their 95 % interval (Student's t) is worse.
    """
    own, others = one.scores(objective.metric), best.scores(objective.metric)
    shared = sorted(own.keys() & others.keys())
    if len(shared) < 2:
        return False
    lags = [objective.oriented(others[place]) - objective.oriented(own[place]) for place in shared]
    spread = statistics.stdev(lags) / math.sqrt(len(lags))
    return statistics.fmean(lags) - _T95[min(len(lags) - 2, len(_T95) - 1)] * spread > 0
