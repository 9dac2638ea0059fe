"""The learning rate of every trial at every step: the optimizer's base rate times the schedule's factor.

A feedback schedule has a second method, `observe(score, memory) -> memory`. After each epoch it hears the
score of its own trial (the validation loss, or where there is none the training loss; less is better) and
what it returned last ({} at first), and returns the numbers it wants to remember. Of them, "factor"
multiplies the rate from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler
from runner.errors import ConfigError, PluginError
from runner.learn.trained import Setting

#: What feedback schedules remember, one entry for each trial.
Memories = Sequence[Mapping[str, float]]


@runtime_checkable
class Feedback(Protocol):
    """A schedule that looks at how the training goes."""

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return what the rate is multiplied with whatever happens, as every schedule."""
        ...

    def observe(self, score: float, memory: Mapping[str, float]) -> dict[str, float]:
        """Hear how an epoch went and return what to remember, "factor" among it. Leaves `memory` as it is."""
        ...


@dataclass(frozen=True)
class Pace:
    """base: (n_trials,) learning rates; schedulers: one for each, None for a constant rate."""

    base: NDArray[np.float64]
    schedulers: tuple[Scheduler | None, ...]
    total_steps: int

    @classmethod
    def of(cls, settings: Sequence[Setting], total_steps: int) -> Self:
        """Read the base rates off the optimizers."""
        base = np.array([_base_rate(setting.optimizer) for setting in settings])
        return cls(base, tuple(setting.scheduler for setting in settings), total_steps)

    def rates(self, first: int, count: int, memories: Memories) -> NDArray[np.float64]:
        """Return the learning rates (count, n_trials) from step `first` on; past the end, those of the last step."""
        steps = np.minimum(np.arange(first, first + count), self.total_steps - 1)
        factors = [
            _factors(scheduler, steps, self.total_steps) * memory.get("factor", 1.0)
            for scheduler, memory in zip(self.schedulers, memories, strict=True)
        ]
        return np.stack(factors, axis=1) * self.base

    def observed(self, scores: NDArray[np.float64], memories: Memories) -> list[Mapping[str, float]]:
        """Let the feedback schedules hear the scores (n_trials,); a trial with NaN trains no more."""
        return [
            _heard(scheduler, float(score), memory) if isinstance(scheduler, Feedback) and score == score else memory
            for scheduler, score, memory in zip(self.schedulers, scores, memories, strict=True)
        ]


def _base_rate(optimizer: Optimizer) -> float:
    name = type(optimizer).__name__
    if not hasattr(optimizer, "learning_rate"):
        raise PluginError(
            f"Optimizer {name!r} has no option 'learning_rate'; every optimizer needs one, for schedules multiply it."
        )
    rate = optimizer.learning_rate
    if rate == "auto":
        raise ConfigError(
            f"Optimizer {name!r} has the learning rate 'auto', which stands for a choice that has not been made. "
            "Choose one by `range_test` first, or give a number."
        )
    if not np.isfinite(rate) or rate <= 0:
        raise ConfigError(f"Optimizer {name!r} has the learning rate {rate!r}; it must be a finite number above 0.")
    return float(rate)


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


def _heard(scheduler: Feedback, score: float, memory: Mapping[str, float]) -> dict[str, float]:
    remembered = scheduler.observe(score, memory)
    factor = remembered.get("factor", 1.0)
    if not np.isfinite(factor) or factor < 0:
        raise PluginError(
            f"Scheduler {type(scheduler).__name__!r} answered the score {score!r} with the factor {factor!r}; "
            "it must be finite and not negative."
        )
    return {name: float(value) for name, value in remembered.items()}
