"""How much the folds of a sweep tell of its best trial: which others are worse, and which it cannot be told from.

    evidence = weigh(scored, best=17, direction="maximize", among=64)
    evidence.verdict(3)    # "worse": so much worse on the same folds that chance is a poor explanation

The best was not chosen beforehand but for the very scores it is judged by; any of the trials could have been it.
So Holm's method, over the trials that are compared with the best, is applied to one-sided p-values at the level
divided by the number of trials: whichever comes out best, the chance that even one trial that is as good is called
worse stays below the level. For two trials that is the ordinary two-sided test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import Literal, Self

from runner.record import paired
from runner.record.records import StepRecord
from runner.record.sweeps import TrialRecord

Verdict = Literal["best", "alike", "worse", "unknown"]

#: The chance of calling even one trial worse that is as good as the best.
LEVEL = 0.05

#: Why a trial is not compared with the best.
ONE_FOLD = "there is one fold, and so no spread to compare a difference with"
OTHER_ROWS = "tested on other rows than the best"
NO_ROWS = "the steps do not tell how many rows were held out"

#: What these groups say decides which rows a fold tests; two trials that differ there have no pairs.
_DECIDE_ROWS = frozenset({"source", "cleaners", "splitter", "seed"})
#: Stages that work on the rows held out.
_ON_HELD_OUT = frozenset({"predict", "score"})


@dataclass(frozen=True)
class Scored:
    """A trial's scores by one metric. scores: one per fold, the folds of each seed together.

    rows: equal texts mean that the folds have the same rows. held_ratio: test rows per training row, None where the
    steps do not tell.
    """

    number: int
    scores: tuple[float, ...]
    held_ratio: float | None
    rows: str = ""

    @classmethod
    def of(cls, trial: TrialRecord, metric: str) -> Self:
        """Take a trial that is done, and so has a finite score on each fold, from its record."""
        found = [fold.get(metric) for fold in trial.metrics.folds]
        scores = tuple(float(score) for score in found if isinstance(score, int | float))
        return cls(trial.number, scores, _held_ratio(trial.steps), _rows_of(trial))


@dataclass(frozen=True)
class Compared:
    """A trial compared with the best. differences: per pair, how much better the best is.

    p_value: of the corrected resampled t-test, two-sided. adjusted: for how many trials there are.
    """

    differences: tuple[float, ...]
    p_value: float
    adjusted: float

    @property
    def mean(self) -> float:
        """How much better the best is on average."""
        return fmean(self.differences)

    @cached_property
    def wilcoxon(self) -> float:
        """The two-sided p-value of the signed-rank test, for a second opinion; not adjusted."""
        return paired.wilcoxon(self.differences)


@dataclass(frozen=True)
class Evidence:
    """What is known of the trials of a sweep. best: its number, None where no trial has a score.

    pairs: how many folds, over all seeds, the best was scored on. compared: number -> comparison with the best.
    unknown: number -> why nothing can be told of it.
    """

    best: int | None
    pairs: int
    compared: Mapping[int, Compared] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)
    level: float = LEVEL

    def verdict(self, number: int) -> Verdict:
        """Say how a trial compares with the best. "alike": it cannot be told from it, which is not to be equal."""
        if number == self.best:
            return "best"
        if number not in self.compared:
            return "unknown"
        return "worse" if self.compared[number].adjusted <= self.level else "alike"


def weigh(
    scored: Iterable[Scored],
    best: int,
    direction: Literal["maximize", "minimize"],
    *,
    among: int,
    unknown: Mapping[int, str] | None = None,
) -> Evidence:
    """Compare the best trial with each of the others that has the same folds.

    best: its number, one of `scored`. among: how many trials it was chosen from, those that are not scored here
    included. unknown: number -> why a trial is not among the scored.
    """
    by_number = {one.number: one for one in scored}
    winner = by_number.pop(best)
    ratio = winner.held_ratio
    reasons = {**(unknown or {}), **_unpaired(winner, by_number.values())}
    leads = {number: _lead(winner, one, direction) for number, one in by_number.items() if number not in reasons}
    if ratio is None:
        return Evidence(best, len(winner.scores), {}, {**reasons, **dict.fromkeys(leads, NO_ROWS)})
    p_values = {number: paired.corrected_t(lead, ratio) for number, lead in leads.items()}
    # Whoever is best by another score than the mean, such as the median, may be behind in the mean.
    one_sided = [p / 2 if fmean(leads[number]) >= 0 else 1 - p / 2 for number, p in p_values.items()]
    adjusted = dict(zip(p_values, paired.holm(one_sided, among - 1), strict=True))
    compared = {
        number: Compared(tuple(lead), p_values[number], min(1.0, adjusted[number] * among))
        for number, lead in leads.items()
    }
    return Evidence(best, len(winner.scores), compared, reasons)


def _unpaired(best: Scored, others: Iterable[Scored]) -> dict[int, str]:
    """Say of which trials, and why, the folds cannot be compared with those of the best."""
    if len(best.scores) < 2:
        return {one.number: ONE_FOLD for one in others}
    return {one.number: OTHER_ROWS for one in others if one.rows != best.rows or len(one.scores) != len(best.scores)}


def _lead(best: Scored, one: Scored, direction: str) -> list[float]:
    found = paired.differences(best.scores, one.scores)
    return [-lead for lead in found] if direction == "minimize" else found


def _rows_of(trial: TrialRecord) -> str:
    """Write down all that decides which rows a fold tests."""
    changed = sorted((key, value) for key, value in trial.changes.items() if _decides_rows(key))
    return repr((trial.data, changed, sorted(filter(_decides_rows, trial.removed))))


def _decides_rows(key: str) -> bool:
    return key.partition(".")[0] in _DECIDE_ROWS


def _held_ratio(steps: Iterable[StepRecord]) -> float | None:
    """Return test rows per training row, on average over the folds.

    Training rows are those that are left after cleaning and before augmentation: the fewest that a stage was given
    or gave. Held-out rows are the most that a stage on them was given.
    """
    held: dict[int, list[int]] = {}
    trained: dict[int, list[int]] = {}
    for step in steps:
        if step.fold is not None:
            found = held if step.step.partition("/")[0] in _ON_HELD_OUT else trained
            found.setdefault(step.fold, []).extend(count for count in (step.rows_in, step.rows_out) if count)
    ratios = [max(held[fold]) / min(trained[fold]) for fold in held if held[fold] and trained.get(fold)]
    return fmean(ratios) if ratios else None
