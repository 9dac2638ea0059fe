"""The learning rate of every trial at every step: the optimizer's base rate times the schedule's factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler
from runner.errors import PluginError
from runner.learn.trained import Setting


@dataclass(frozen=True)
class Pace:
    """base: (n_trials,) learning rates; schedulers: one for each, None for a constant rate."""

    base: NDArray[np.float64]
    schedulers: tuple[Scheduler | None, ...]
    steps_per_epoch: int
    total_steps: int

    @classmethod
    def of(cls, settings: Sequence[Setting], epochs: int, steps_per_epoch: int) -> Self:
        """Read the base rates off the optimizers."""
        base = np.array([_base_rate(setting.optimizer) for setting in settings])
        schedulers = tuple(setting.scheduler for setting in settings)
        return cls(base, schedulers, steps_per_epoch, epochs * steps_per_epoch)

    def of_epoch(self, epoch: int) -> NDArray[np.float64]:
        """Return the learning rates (steps_per_epoch, n_trials) of one epoch."""
        first = epoch * self.steps_per_epoch
        steps = np.arange(first, first + self.steps_per_epoch)
        factors = [_factors(scheduler, steps, self.total_steps) for scheduler in self.schedulers]
        return np.stack(factors, axis=1) * self.base


def _base_rate(optimizer: Optimizer) -> float:
    if not hasattr(optimizer, "learning_rate"):
        raise PluginError(
            f"Optimizer {type(optimizer).__name__!r} has no option 'learning_rate'; every optimizer needs one, "
            "for schedules multiply it."
        )
    return float(optimizer.learning_rate)


def _factors(scheduler: Scheduler | None, steps: NDArray[np.int_], total_steps: int) -> NDArray[Any]:
    if scheduler is None:
        return np.ones(len(steps))
    factors = np.asarray(scheduler.factor(steps, total_steps), dtype=np.float64)
    if factors.shape != steps.shape or not (np.isfinite(factors) & (factors >= 0)).all():
        raise PluginError(
            f"Scheduler {type(scheduler).__name__!r} answered steps {steps[0]}..{steps[-1]} of {total_steps} "
            f"with factors of shape {factors.shape!r} from {factors.min()!r} to {factors.max()!r}; "
            f"it must give shape {steps.shape!r}, finite and not negative."
        )
    return factors
