"""What a training writes down: the curves, who diverged where, and everybody's last sound parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.cohort import Cohort
from runner.learn.trained import Divergence, EpochReport, Trained

Array = NDArray[Any]

#: A trial has diverged when the mean loss of an epoch is this many times that of its first step (or 1),
EXPLODED_LOSS = 1e3
#: or when a parameter is beyond this at the end of an epoch.
EXPLODED_PARAMETER = 1e12


class Ledger:
    """Filled epoch by epoch, for all trials, in the order in which they were given."""

    def __init__(self, cohort: Cohort, epochs: int) -> None:
        n_trials = len(cohort.numbers)
        self._params = {name: param.copy(order="K") for name, param in cohort.params.items()}
        self._losses = np.full((n_trials, epochs), np.nan)
        self._rates = np.full((n_trials, epochs), np.nan)
        self._divergences: list[Divergence | None] = [None] * n_trials
        self._n_steps = np.zeros(n_trials, dtype=np.int64)
        self._limits = np.full(n_trials, np.nan)

    def enter(
        self,
        epoch: int,
        before: Cohort,
        after: Cohort,
        losses: Array,
        rates: Array,
        step_sizes: Sequence[int],
    ) -> Cohort:
        """Write down an epoch and return the trials that are still sound.

        losses, rates: (n_steps, n_trials), all trials. step_sizes: (n_steps,) rows behind each loss.
        """
        if epoch == 0:
            self._limits = EXPLODED_LOSS * np.fmax(1, losses[0])
        means = np.average(losses, axis=0, weights=step_sizes)
        sound = (means[after.numbers] <= self._limits[after.numbers]) & _bounded(after)
        stays = after if sound.all() else after.keeping(sound)
        self._losses[stays.numbers, epoch] = means[stays.numbers]
        self._rates[stays.numbers, epoch] = rates[0, stays.numbers]
        self._n_steps[stays.numbers] += len(losses)
        leaves = ~np.isin(before.numbers, stays.numbers)
        if leaves.any():
            self._keep_params(before, leaves)
            for number in before.numbers[leaves]:
                step = _first_beyond(losses[:, number], self._limits[number])
                self._divergences[number] = Divergence(epoch * len(losses) + step, float(rates[step, number]))
        return stays

    def report(self, epoch: int) -> EpochReport:
        """Say how an epoch went."""
        return EpochReport(epoch, self._losses[:, epoch].copy(), self._rates[:, epoch].copy())

    def close(self, cohort: Cohort) -> Trained:
        """Add the parameters of the trials that trained to the end."""
        self._keep_params(cohort, np.ones(len(cohort.numbers), dtype=bool))
        return Trained(self._params, self._losses, self._rates, tuple(self._divergences), self._n_steps)

    def _keep_params(self, cohort: Cohort, mask: NDArray[np.bool_]) -> None:
        for name, param in cohort.params.items():
            self._params[name][cohort.numbers[mask]] = param[mask]


def _bounded(cohort: Cohort) -> NDArray[np.bool_]:
    """(n_trials,) whether all parameters are finite and none has exploded."""
    bounded = np.ones(len(cohort.numbers), dtype=bool)
    for param in cohort.params.values():
        largest = np.abs(param).max(axis=tuple(range(1, param.ndim)), initial=0)
        bounded &= largest <= EXPLODED_PARAMETER
    return bounded


def _first_beyond(losses: Array, limit: float) -> int:
    """The first step whose loss was not finite or beyond the limit; the last where only parameters were."""
    beyond = ~(losses <= limit)
    return int(np.argmax(beyond)) if beyond.any() else len(losses) - 1
