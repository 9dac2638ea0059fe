"""Searches that stop bad trials early: many short trainings, and longer ones only for the best of them.

A bracket has rungs. All its trials are trained up to the share of the first rung; once all have answered, the best
go on to the next, until the last rung trains what is left to its end. Which trials go on does not depend on
the order in which they answer; of equal scores the lower number is the better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeGuard

import numpy as np

from runner.contracts import Space, Trial
from runner.options import Count, Several, Share
from runner_builtin.searches.plain_searches import different_draws


@dataclass(frozen=True)
class Halving:
    """Successive halving over random cells (Jamieson & Talwalkar, 2016).

    trials: at the start, in all. factor: one in so many goes on, to so many times the share. first_share: of the
    epochs, after which the first are stopped; None: the earliest that leaves less than `factor` trials for the end.
    """

    trials: Count = 27
    factor: Several = 3
    first_share: Share | None = None

    def begin(self, space: Space, seed: int) -> Brackets:
        """Draw the cells, of a small space all."""
        drawn = list(different_draws(space, np.random.default_rng(seed), self.trials))
        steps = _steps_from(self.first_share, self.factor) if self.first_share else _steps(len(drawn), self.factor)
        return Brackets([Bracket(0, drawn, _rungs(len(drawn), self.factor, steps, self.first_share))])


@dataclass(frozen=True)
class Hyperband:
    """Successive halving from several first shares, to hedge against slow starters (Li et al., 2018).

    trials: in all brackets together, shared out as in the paper. factor: as in halving. first_share: of the
    epochs, in the bracket that stops earliest; None: the least for which the paper needs no more trials.
    """

    trials: Count = 49
    factor: Several = 3
    first_share: Share | None = None

    def begin(self, space: Space, seed: int) -> Brackets:
        """Draw the cells, those of the bracket that stops earliest first."""
        most = _steps_from(self.first_share, self.factor) if self.first_share else self._most_steps()
        drawn = different_draws(space, np.random.default_rng(seed), self.trials)
        brackets, number = [], 0
        for steps, size in zip(range(most, -1, -1), _shared_out(self.trials, self._sizes(most)), strict=True):
            settings = list(islice(drawn, size))
            first = self.first_share if steps == most else None
            brackets.append(Bracket(number, settings, _rungs(len(settings), self.factor, steps, first)))
            number += len(settings)
        return Brackets(brackets)

    def _sizes(self, most: int) -> list[int]:
        """Return how many trials each bracket starts with, as in the paper's table."""
        return [math.ceil((most + 1) / (steps + 1) * self.factor**steps) for steps in range(most, -1, -1)]

    def _most_steps(self) -> int:
        steps = 0
        while sum(self._sizes(steps + 1)) <= self.trials:
            steps += 1
        return steps


@dataclass(frozen=True)
class Rung:
    """A stage of a bracket. share: of the epochs, up to which it trains; trials: how many at most come so far."""

    share: float
    trials: int


class Bracket:
    """One successive halving. first: the number of its first trial."""

    def __init__(self, first: int, settings: Sequence[Mapping[str, Any]], rungs: Sequence[Rung]) -> None:
        self._rungs = rungs
        self._level = 0
        self._waiting = [Trial(first + n, cell, rungs[0].share) for n, cell in enumerate(settings)]
        self._answers: dict[int, tuple[Trial, float | None]] = {}
        self._due = len(self._waiting)

    @property
    def done(self) -> bool:
        """Whether all trials of the last rung were asked for, or none is left to go on."""
        return not self._waiting and (self._level == len(self._rungs) - 1 or not self._due)

    def ask(self, count: int) -> list[Trial]:
        """Return the next trials of the rung."""
        asked, self._waiting = self._waiting[:count], self._waiting[count:]
        return asked

    def tell(self, trial: Trial, score: float | None) -> None:
        """Note the score; the last one of a rung opens the next. Raises ValueError for a trial not of this rung."""
        if trial.share != self._rungs[self._level].share or trial.number in self._answers:
            raise ValueError(f"trial {trial.number} was not asked for at a share of {trial.share} or has answered")
        self._answers[trial.number] = trial, score
        if len(self._answers) == self._due and self._level < len(self._rungs) - 1:
            self._climb()

    def _climb(self) -> None:
        self._level += 1
        rung = self._rungs[self._level]
        ranked = sorted((-score, number) for number, (_, score) in self._answers.items() if _sound(score))
        going = [self._answers[number][0] for _, number in ranked[: rung.trials]]
        self._waiting = [Trial(trial.number, trial.settings, rung.share) for trial in going]
        self._answers, self._due = {}, len(going)


class Brackets:
    """Brackets side by side: while one waits for its answers, the next is asked."""

    def __init__(self, brackets: Sequence[Bracket]) -> None:
        self._brackets = brackets
        self._of: dict[int, Bracket] = {}

    @property
    def done(self) -> bool:
        """Whether all are."""
        return all(bracket.done for bracket in self._brackets)

    def ask(self, count: int) -> Sequence[Trial]:
        """Return trials that can be carried out now, of earlier brackets first."""
        asked: list[Trial] = []
        for bracket in self._brackets:
            new = bracket.ask(count - len(asked))
            self._of.update({trial.number: bracket for trial in new})
            asked += new
        return asked

    def tell(self, trial: Trial, score: float | None) -> None:
        """Pass the score to the trial's bracket. Raises ValueError for a trial never asked for."""
        if trial.number not in self._of:
            raise ValueError(f"trial {trial.number} was never asked for")
        self._of[trial.number].tell(trial, score)


def _sound(score: float | None) -> TypeGuard[float]:
    return score is not None and not math.isnan(score)


def _steps(trials: int, factor: int) -> int:
    """Return how often so many can be divided by the factor before less than one is left."""
    return math.floor(math.log(trials, factor) + 1e-9)


def _steps_from(first_share: float, factor: int) -> int:
    """Return in how many steps, each by about the factor, a share grows to the whole; one at least."""
    return max(1, round(math.log(1 / first_share, factor)))


def _rungs(trials: int, factor: int, steps: int, first_share: float | None) -> list[Rung]:
    first = first_share or factor**-steps
    shares = [*(first * factor**step for step in range(steps)), 1.0]
    return [Rung(share, max(1, trials // factor**step)) for step, share in enumerate(shares)]


def _shared_out(trials: int, sizes: Sequence[int]) -> list[int]:
    """Part a number in proportion to the sizes, by largest remainder."""
    whole = sum(sizes)
    parts = [trials * size // whole for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda index: -(trials * sizes[index] % whole))
    for index in by_remainder[: trials - sum(parts)]:
        parts[index] += 1
    return parts
