"""What goes into a training of many trials and what comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler


@dataclass(frozen=True)
class Setting:
    """What one trial has of its own. Everything else, the data and their order first of all, is shared.

    scheduler: None keeps the optimizer's learning rate as it is. l1, l2: penalties. seed: of the first
    parameters, for families that start at random ones. clip_norm: the largest norm that a gradient over all
    parameters may have; longer ones are shortened to it (Pascanu et al., 2013). averaging: how much of the
    running mean of the iterates each step keeps; the mean is what is trained. 0: the last iterate alone;
    1: the plain mean of all (Polyak & Juditsky, 1992); between: an exponential mean.
    """

    optimizer: Optimizer
    scheduler: Scheduler | None = None
    l1: float = 0.0
    l2: float = 0.0
    seed: int = 0
    clip_norm: float = math.inf
    averaging: float = 0.0


@dataclass(frozen=True)
class Divergence:
    """Where a training ran away. step: counts from 0; learning_rate: then in use, None where there is none."""

    step: int
    learning_rate: float | None


@dataclass(frozen=True)
class EpochReport:
    """How an epoch went. Arrays (n_trials,), as in `Trained`; NaN for trials that train no more."""

    epoch: int
    losses: NDArray[np.float64]
    learning_rates: NDArray[np.float64]
    validation_losses: NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """The outcome of `fit_many`, for all trials in the order given.

    params: name -> (n_trials, …); of a diverged trial those before the epoch in which it diverged, with
    patience those of the epoch that validated best.
    loss_curve: (n_trials, n_epochs), the mean loss of the epoch's batches, each before its step, without
    penalties; NaN from the epoch on in which a trial diverged or after which it was stopped.
    learning_rate_curve: (n_trials, n_epochs), the rate at the first step of the epoch, NaN likewise.
    validation_curve: (n_trials, n_epochs), the mean loss on the validation rows after the epoch; all NaN
    without such rows. divergences: per trial, None for one that stayed sound.
    n_steps: (n_trials,) steps taken. best_epochs: (n_trials,) the epoch behind `params`, -1 before the first.
    """

    params: Mapping[str, NDArray[Any]]
    loss_curve: NDArray[np.float64]
    learning_rate_curve: NDArray[np.float64]
    validation_curve: NDArray[np.float64]
    divergences: tuple[Divergence | None, ...]
    n_steps: NDArray[np.int64]
    best_epochs: NDArray[np.int64]

    def params_of(self, trial: int) -> dict[str, NDArray[Any]]:
        """Return one trial's own arrays, without the trial axis."""
        return {name: np.array(array[trial], order="C") for name, array in self.params.items()}


def joined(parts: Sequence[Trained]) -> Trained:
    """Put trainings made one by one together, as if they had been one."""
    return Trained(
        {name: np.concatenate([part.params[name] for part in parts]) for name in parts[0].params},
        np.concatenate([part.loss_curve for part in parts]),
        np.concatenate([part.learning_rate_curve for part in parts]),
        np.concatenate([part.validation_curve for part in parts]),
        tuple(divergence for part in parts for divergence in part.divergences),
        np.concatenate([part.n_steps for part in parts]),
        np.concatenate([part.best_epochs for part in parts]),
    )
