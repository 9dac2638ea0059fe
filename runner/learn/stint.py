"""One epoch of some of the trials: the steps that a worker makes without looking at the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.cohort import Cohort
from runner.learn.kernels import fast_loss
from runner.learn.lane import ALL, Lane
from runner.learn.passes import mean_gradients
from runner.learn.rows import narrowed
from runner.learn.trial_axis import as_rows, keep, zeros

if TYPE_CHECKING:
    from runner.learn.training import Task

Array = NDArray[Any]


@dataclass(frozen=True)
class Stint:
    """What the workers of an epoch share.

    order: of the rows, see `Task.order`. rates: (n_steps, n_all_trials). losses: likewise, filled by the
    workers, each for its own trials; NaN after a trial has left. given_up: makes all workers return early.
    """

    task: Task
    order: NDArray[np.intp] | None
    rates: Array
    losses: Array
    compiled: bool
    given_up: Event = field(default_factory=Event)
    _places: dict[str, Array] = field(default_factory=dict)
    _placing: Lock = field(default_factory=Lock)

    def walk(self, cohort: Cohort, tile: slice, noise: np.random.Generator) -> tuple[Cohort, np.random.Generator]:
        """Make the steps of a tile of the cohort. Returns it without trials whose loss was not finite.

        noise: the worker's own, drawn from and returned.
        """
        sparse = not (self.task.whole or isinstance(self.task.rows.X, np.ndarray))
        by_column: frozenset[str] = getattr(self.task.family, "by_column", frozenset()) if sparse else frozenset()
        family = fast_loss(self.task.family, compiled=self.compiled)
        dtype = self.task.rows.dtype
        with np.errstate(all="ignore"):  # each thread has its own
            place = partial(self._place, cohort, tile)
            lane = Lane(cohort.part(tile), compiled=self.compiled, by_column=by_column, place=place)
            for step, batches in enumerate(self.task.steps(self.order)):
                columns = ALL
                if lane.touching:
                    columns, batches = narrowed(batches)
                params = lane.params_at(columns)
                loss, gradients = mean_gradients(family, params, batches, noise if family.random else None)
                self.losses[step, lane.numbers] = loss
                finite = np.isfinite(loss)
                if not finite.any() or self.given_up.is_set():
                    return lane.cohort.keeping(finite), noise
                if not finite.all():
                    lane = lane.keeping(finite)
                    gradients = {name: keep(gradient, finite) for name, gradient in gradients.items()}
                lane.step_(gradients, as_rows(self.rates[step, lane.numbers], 1, dtype), columns)
        return lane.cohort, noise

    def _place(self, cohort: Cohort, tile: slice, name: str) -> Array:
        """Where a worker leaves its trials' array: beside those of the others, so that nobody has to join them."""
        with self._placing:
            if name not in self._places:
                param = cohort.params[name]
                self._places[name] = zeros(len(param), param.shape[1:], param.dtype)
            return self._places[name][tile]
