"""Which trial of a sweep is shipped: the best, or the cheapest of those that are about as good.

    priced(record, "seconds")      # what a trial costs, by what its record holds
    choose(trials, "maximize", "one_standard_error", "seconds")

What may be a cost is told in `runner.record.measures`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import stdev
from typing import Literal

from runner.record.measures import measure
from runner.record.sweeps import Direction, TrialRecord

#: Why a trial is chosen, where there is no more to say.
THE_BEST = "the best"

Rule = Literal["best", "one_standard_error"]


@dataclass(frozen=True)
class Priced:
    """A trial that is done. score: the objective; scores: of its folds; cost: 0 where none is declared."""

    number: int
    score: float
    scores: tuple[float, ...]
    cost: float = 0.0


@dataclass(frozen=True)
class Choice:
    """The trial to ship. best: the one with the best score. near: how many are about as good, the best included.

    margin: how far below the best still counts as good; None where nothing could tell. cost: what the near ones were
    compared by, None where nothing was declared.
    """

    number: int
    best: int
    near: int
    margin: float | None
    cost: str | None = None

    @property
    def why(self) -> str:
        """Say in words why this one."""
        if self.margin is None:
            return f"{THE_BEST}: one fold has no standard error to choose within"
        if self.near == 1:
            return THE_BEST
        if self.cost is None:
            return f"the first of {self.near} trials with the best score"
        among = f"the cheapest by {self.cost!r} of {self.near} trials"
        if not self.margin:
            return f"{among} with the best score"
        return f"{among} within one standard error ({self.margin:.3g}) of the best, trial {self.best}"


def choose(trials: Sequence[Priced], direction: Direction, rule: Rule, cost: str | None = None) -> Choice | None:
    """Choose a trial; None where there is none.

    best: by score; equal scores by cost, then by number. one_standard_error: the cheapest of the trials whose score
    is within one standard error of the best one, s / √J over its J folds (Breiman et al., 1984); equal costs by
    score. Where the best has one fold there is no standard error, and the best is chosen. cost: how the trials were
    priced, None where they were not.
    """
    sign = -1 if direction == "maximize" else 1
    best = min(trials, key=lambda one: (sign * one.score, one.cost, one.number), default=None)
    if best is None:
        return None
    if rule == "best" or len(best.scores) < 2:
        near = sum(one.score == best.score for one in trials)
        return Choice(best.number, best.number, near, 0.0 if rule == "best" else None, cost)
    margin = stdev(best.scores) / math.sqrt(len(best.scores))
    near_best = [one for one in trials if sign * (one.score - best.score) <= margin]
    cheapest = min(near_best, key=lambda one: (one.cost, sign * one.score, one.number))
    return Choice(cheapest.number, best.number, len(near_best), margin, cost)


def priced(trial: TrialRecord, metric: str, cost: str | None) -> Priced:
    """Take a trial that is done from its record. Raises ConfigError for a cost that is a setting and no number."""
    found = [fold.get(metric) for fold in trial.metrics.folds]
    scores = tuple(float(score) for score in found if isinstance(score, int | float))
    assert trial.score is not None
    return Priced(trial.number, trial.score, scores, 0.0 if cost is None else -measure(cost).oriented(trial))
