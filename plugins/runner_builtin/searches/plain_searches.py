"""Searches that need no answers: every cell of a space, or some of them by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from runner.contracts import Space, Trial
from runner.errors import ConfigError
from runner.options import Count

#: A space of at most so many cells is drawn from like cards from a shuffled pack.
_PACK = 100_000
#: After so many draws without a new cell a space is taken for used up.
_DRAWS = 1000


@dataclass(frozen=True)
class Grid:
    """Every cell of the space, in its order."""

    def begin(self, space: Space, seed: int) -> Listed:
        """List the cells. Raises ConfigError for a space that holds an interval of real numbers."""
        return Listed(space.cells())


@dataclass(frozen=True)
class Random:
    """Cells by chance, none of them twice (Bergstra & Bengio, 2012).

    trials: in all, or fewer where the space has no more.
    """

    trials: Count = 20

    def begin(self, space: Space, seed: int) -> Listed:
        """Begin to draw; with more trials the first ones stay the same."""
        return Listed(different_draws(space, np.random.default_rng(seed), self.trials))


class Listed:
    """Asks for trials whose settings are given one after another, whatever the scores are."""

    def __init__(self, settings: Iterator[Mapping[str, Any]]) -> None:
        self._rest = settings
        self._next = next(settings, None)
        self._number = 0

    @property
    def done(self) -> bool:
        """Whether all were asked for."""
        return self._next is None

    def ask(self, count: int) -> Sequence[Trial]:
        """Return the next trials."""
        trials: list[Trial] = []
        while self._next is not None and len(trials) < count:
            trials.append(Trial(self._number, self._next))
            self._number += 1
            self._next = next(self._rest, None)
        return trials

    def tell(self, trial: Trial, score: float | None) -> None:
        """Take no note."""


def different_draws(space: Space, rng: np.random.Generator, count: int) -> Iterator[Mapping[str, Any]]:
    """Draw up to `count` different cells; fewer only where a countable space has no more.

    The cells of a small space are equally likely, the decisions of others are. Raises ConfigError where
    draw after draw is dropped by the conditions, or had been drawn before.
    """
    pack = _cells_of_small(space)
    if pack is not None:
        yield from (pack[index] for index in rng.permutation(len(pack))[:count])
        return
    drawn: set[str] = set()
    while len(drawn) < count:
        cell = _new_draw(space, rng, drawn)
        drawn.add(mark_of(cell))
        yield cell


def mark_of(settings: Mapping[str, Any]) -> str:
    """Return a text that equal settings share."""
    return repr(sorted(settings.items(), key=lambda item: item[0]))


def endless(space: Space) -> bool:
    """Say whether an interval of real numbers is among the axes."""
    return any(axis.choices is None for axis in space.axes)


def _cells_of_small(space: Space) -> list[Mapping[str, Any]] | None:
    if endless(space):
        return None
    cells = list(islice(space.cells(), _PACK + 1))
    return cells if len(cells) <= _PACK else None


def _new_draw(space: Space, rng: np.random.Generator, drawn: set[str]) -> Mapping[str, Any]:
    for _ in range(_DRAWS):
        cell = space.choose(lambda axis: axis.draw(rng))
        if cell is not None and mark_of(cell) not in drawn:
            return cell
    raise ConfigError(
        f"search: after {len(drawn)} trials, {_DRAWS} draws in a row were dropped by 'sweep.drop' or had been drawn "
        "before. Ask for fewer trials, loosen the conditions, or list the cells with 'search=grid'."
    )
