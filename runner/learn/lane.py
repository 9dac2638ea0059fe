"""Trials on their way through an epoch: their cohort taken apart into arrays that step in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.clipping import shortened
from runner.learn.families import Params
from runner.learn.kernels import Walker, sealed, walker

if TYPE_CHECKING:
    from runner.learn.cohort import Cohort

Array = NDArray[Any]


class Lane:
    """Begins at a cohort, which stays as it is, and ends at another. compiled: see `kernels.walker`."""

    def __init__(self, cohort: Cohort, *, compiled: bool = False) -> None:
        self._start = cohort
        self._compiled = compiled
        self._averages = cohort.averages
        self._n_steps = cohort.n_steps
        moves = cohort.rules.moves
        self._walkers: dict[str, Walker] = {
            name: walker(moves[name], param, cohort.states[name], compiled=compiled)
            for name, param in cohort.params.items()
        }

    @property
    def numbers(self) -> NDArray[np.intp]:
        """Which of all trials these are."""
        return self._start.numbers

    @property
    def params(self) -> Params:
        """The parameters as they are now; the next step may change them."""
        return {name: one.param for name, one in self._walkers.items()}

    @property
    def cohort(self) -> Cohort:
        """Where the trials are now. The lane ends there: a further step may change it."""
        return replace(
            self._start,
            params={name: sealed(param) for name, param in self.params.items()},
            states={name: one.state for name, one in self._walkers.items()},
            averages=self._averages,
            n_steps=self._n_steps,
        )

    def step_(self, gradients: Params, rates: Any) -> None:
        """Make a step. rates: a float, or (n_trials,) where they differ."""
        rules, params = self._start.rules, self.params
        if rules.clip_norms is not None:
            penalised = {
                name: rules.penalties[name].added_to(gradient, params[name]) if name in rules.penalties else gradient
                for name, gradient in gradients.items()
            }
            gradients = shortened(penalised, rules.clip_norms)
        for name, one in self._walkers.items():
            one.step_(gradients[name], rates)
        self._n_steps += 1
        if rules.averaging is not None and self._averages is not None:
            self._averages = rules.averaging.moved(self._averages, self.params, self._n_steps)

    def keeping(self, mask: NDArray[np.bool_]) -> Lane:
        """Go on with only the trials where the mask (n_trials,) is true."""
        return Lane(self.cohort.keeping(mask), compiled=self._compiled)
