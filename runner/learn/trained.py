"""What goes into a training of many trials and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler


@dataclass(frozen=True)
class Setting:
    """What one trial has of its own. Everything else, the data and their order first of all, is shared.

    scheduler: None keeps the optimizer's learning rate as it is. l1, l2: penalties. seed: of the first
    parameters, for families that start at random ones.
    """

    optimizer: Optimizer
    scheduler: Scheduler | None = None
    l1: float = 0.0
    l2: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Divergence:
    """Where a training ran away. step: counts from 0; learning_rate: the one in use at that step."""

    step: int
    learning_rate: float


@dataclass(frozen=True)
class EpochReport:
    """How an epoch went. losses, learning_rates: (n_trials,), as in `Trained`; NaN for diverged trials."""

    epoch: int
    losses: NDArray[np.float64]
    learning_rates: NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """The outcome of `fit_many`, for all trials in the order given.

    params: name -> (n_trials, …), of a diverged trial those before the epoch in which it diverged.
    loss_curve: (n_trials, n_epochs), the mean loss of the epoch's batches, each before its step, without
    penalties; NaN from the epoch on in which a trial diverged.
    learning_rate_curve: (n_trials, n_epochs), the rate at the first step of the epoch, NaN likewise.
    divergences: per trial, None for one that stayed sound. n_steps: (n_trials,) steps behind `params`.
    """

    params: Mapping[str, NDArray[Any]]
    loss_curve: NDArray[np.float64]
    learning_rate_curve: NDArray[np.float64]
    divergences: tuple[Divergence | None, ...]
    n_steps: NDArray[np.int64]

    def params_of(self, trial: int) -> dict[str, NDArray[Any]]:
        """Return one trial's own arrays, without the trial axis."""
        return {name: np.ascontiguousarray(array[trial]) for name, array in self.params.items()}
