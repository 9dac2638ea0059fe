"""Trials on their way through an epoch: their cohort taken apart into arrays that step in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.clipping import shortened
from runner.learn.families import Params
from runner.learn.kernels import Walker, sealed, walker
from runner.learn.touched import Columns, Touched, touched

if TYPE_CHECKING:
    from runner.learn.cohort import Cohort

Array = NDArray[Any]
#: No columns by name: the gradients are of all.
ALL: Columns = np.arange(0)


class Lane:
    """Begins at a cohort, which stays as it is, and ends at another.

    compiled: see `kernels.walker`. by_column: the parameter arrays whose second axis is that of the columns
    of sparse rows. touching: whether steps are told which columns occur; so it is where that is exact.
    place: says by name where copies of those arrays shall be, see `touched.Resting`.
    """

    def __init__(
        self,
        cohort: Cohort,
        *,
        compiled: bool = False,
        by_column: frozenset[str] = frozenset(),
        place: Callable[[str], Array | None] = lambda _: None,
    ) -> None:
        self._start = cohort
        self._compiled = compiled
        self._by_column = by_column
        self._averages = cohort.averages
        self._n_steps = cohort.n_steps
        moves = cohort.rules.moves
        self._touched = _touched(cohort, by_column, place, compiled=compiled)
        self._walkers: dict[str, Walker] = {
            name: walker(moves[name], param, cohort.states[name], compiled=compiled)
            for name, param in cohort.params.items()
            if name not in self._touched
        }

    @property
    def touching(self) -> bool:
        """Whether `step_` wants to know the columns, and gradients of them alone."""
        return bool(self._touched)

    @property
    def numbers(self) -> NDArray[np.intp]:
        """Which of all trials these are."""
        return self._start.numbers

    @property
    def params(self) -> Params:
        """The parameters as they are now; the next step may change them."""
        return {name: self._each[name].param for name in self._start.params}

    def params_at(self, columns: Columns) -> Params:
        """The parameters, of the arrays that are by column some columns only."""
        return {name: one.param for name, one in self._walkers.items()} | {
            name: one.at(columns) for name, one in self._touched.items()
        }

    @property
    def _each(self) -> dict[str, Any]:
        return self._walkers | self._touched

    @property
    def cohort(self) -> Cohort:
        """Where the trials are now. The lane ends there: a further step may change it."""
        return replace(
            self._start,
            params={name: sealed(param) for name, param in self.params.items()},
            states={name: self._each[name].state for name in self._start.states},
            averages=self._averages,
            n_steps=self._n_steps,
        )

    def step_(self, gradients: Params, rates: Any, columns: Columns = ALL) -> None:
        """Make a step. rates: a float, or (n_trials,) where they differ. columns: those of the gradients."""
        rules = self._start.rules
        if rules.clip_norms is not None:
            gradients = shortened(self._penalised(gradients), rules.clip_norms)
        for name, one in self._walkers.items():
            one.step_(gradients[name], rates)
        for name, some in self._touched.items():
            some.step_at_(columns, gradients[name], rates)
        self._n_steps += 1
        if rules.averaging is not None and self._averages is not None:
            self._averages = rules.averaging.moved(self._averages, self.params, self._n_steps)

    def keeping(self, mask: NDArray[np.bool_]) -> Lane:
        """Go on with only the trials where the mask (n_trials,) is true."""
        return Lane(self.cohort.keeping(mask), compiled=self._compiled, by_column=self._by_column)

    def _penalised(self, gradients: Params) -> Params:
        penalties = self._start.rules.penalties
        if not penalties:
            return gradients
        params = self.params
        return gradients | {name: one.added_to(gradients[name], params[name]) for name, one in penalties.items()}


def _touched(
    cohort: Cohort, by_column: frozenset[str], place: Callable[[str], Array | None], *, compiled: bool
) -> dict[str, Touched]:
    """Return what steps the columns that occur, for all arrays by column, or for none."""
    rules = cohort.rules
    if not by_column or rules.averaging is not None or (rules.clip_norms is not None and rules.penalties):
        return {}
    made = {
        name: touched(
            rules.moves[name], cohort.params[name], cohort.states[name], partial(place, name), compiled=compiled
        )
        for name in by_column
    }
    return {name: one for name, one in made.items() if one is not None} if all(made.values()) else {}
