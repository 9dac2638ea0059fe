"""Schedulers: how the learning rate changes over a training, as factors on the optimizer's rate.

`factor(step, total_steps)` takes one step or an array of steps, counted from 0. The way through the
training is t = step / (total_steps − 1): 0 at the first step, 1 at the last.

`warmup` puts a rise in front of any of them: a whole number of steps, or a share (below 1) of all steps. With
w steps of it the factor at step s < w is (s + 1) / (w + 1); the schedule itself then fills the other steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runner.errors import ConfigError
from runner.options import Count, CountFromZero, Decay, NonNegative, Positive, Share, UnitInterval

#: Steps, or a share of all steps.
Warmup = CountFromZero | Decay


def way(step: Any, total_steps: int) -> Any:
    """Return how far through the training a step is, 0 to 1; a training of one step is at its start."""
    return np.asarray(step) / max(total_steps - 1, 1)


def warmed(warmup: float, step: Any, total_steps: int, shape: Callable[[Any, int], Any]) -> Any:
    """Return the factors of a schedule with a rise in front. shape: the schedule's own factors.

    Raises ConfigError for a training of no steps and for a rise that leaves the schedule none.
    """
    if total_steps < 1:
        raise ConfigError(f"A schedule over {total_steps!r} steps has no first one. Train for at least one epoch.")
    rise = warmup if isinstance(warmup, int) else round(warmup * total_steps)
    if rise >= total_steps:
        raise ConfigError(
            f"scheduler.warmup {warmup!r} is {rise} steps, and the whole training has {total_steps}. Give at most "
            f"{total_steps - 1}, or a share of the training such as 0.1."
        )
    step = np.asarray(step)
    factors = shape(np.maximum(step - rise, 0), total_steps - rise)
    return np.where(step < rise, (step + 1) / (rise + 1) * factors, factors) if rise else factors


@dataclass(frozen=True)
class Constant:
    """The same learning rate throughout, after the warm-up if there is one."""

    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1."""
        return warmed(self.warmup, step, total_steps, lambda step, total: np.ones(np.shape(step)))


@dataclass(frozen=True)
class Linear:
    """A straight line, 1 − t (1 − end_factor). end_factor: of the rate, at the last step."""

    end_factor: UnitInterval = 0.0
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return 1 - way(step, total_steps) * (1 - self.end_factor)


@dataclass(frozen=True)
class Polynomial:
    """A power of what is left, e + (1 − e)(1 − t)ᵖ. end_factor: e, at the last step. power: p."""

    power: Positive = 2.0
    end_factor: UnitInterval = 0.0
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return self.end_factor + (1 - self.end_factor) * (1 - way(step, total_steps)) ** self.power


@dataclass(frozen=True)
class Exponential:
    """The same share lost at every step, end_factor ** t. end_factor: of the rate, at the last step."""

    end_factor: Positive = 0.01
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return self.end_factor ** way(step, total_steps)


@dataclass(frozen=True)
class Step:
    """Stairs: the training in drops + 1 equal parts, each at `drop` times the rate of the one before."""

    drops: Count = 2
    drop: Share = 0.1
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 in the first part, drop ** drops in the last."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return self.drop ** (np.asarray(step) * (self.drops + 1) // total_steps)


@dataclass(frozen=True)
class InverseSqrt:
    """√(T / (T + step)): slower and slower, without an end (Robbins & Monro, 1951; Vaswani et al., 2017).

    timescale: T, after how many steps the rate has fallen to √½.
    """

    timescale: Positive = 100.0
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return np.sqrt(self.timescale / (self.timescale + np.asarray(step)))


@dataclass(frozen=True)
class Cosine:
    """Half a cosine wave, e + (1 − e)(1 + cos πt)/2 (Loshchilov & Hutter, 2017). end_factor: e."""

    end_factor: UnitInterval = 0.0
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        return _half_wave(way(step, total_steps), self.end_factor)


@dataclass(frozen=True)
class CosineRestarts:
    """Half cosine waves one after another, each starting again at 1: SGDR (Loshchilov & Hutter, 2017).

    cycles: how many waves fill the training. growth: how much longer each is than the one before, the
    paper's T_mult. end_factor: what a wave falls towards before the next begins.
    """

    cycles: Count = 3
    growth: Positive = 2.0
    end_factor: UnitInterval = 0.0
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the start of every wave, and nearly end_factor at its end."""
        return warmed(self.warmup, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        lengths = np.power(float(self.growth), np.arange(self.cycles))
        ends = np.cumsum(lengths) * (total_steps / lengths.sum())
        starts = np.concatenate([[0.0], ends[:-1]])
        # a wave begins at a whole step, so that its first step has the full rate
        starts = np.ceil(starts - 1e-9)
        wave = np.searchsorted(starts, np.asarray(step), side="right") - 1
        length = np.append(starts[1:], total_steps)[wave] - starts[wave]
        return _half_wave((np.asarray(step) - starts[wave]) / length, self.end_factor)


@dataclass(frozen=True)
class OneCycle:
    """Up to the full rate and down again, both in half cosine waves (Smith, 2018; Smith & Topin, 2019).

    start_factor: of the rate, at the first step. peak: the share of the training after which the full rate
    is reached. end_factor: at the last step. It is its own warm-up. The paper also lowers the momentum while
    the rate rises; here the momentum stays.
    """

    start_factor: UnitInterval = 0.04
    peak: Share = 0.3
    end_factor: UnitInterval = 0.0001

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return start_factor at the first step, end_factor at the last; a training of one step has the full rate."""
        return warmed(0, step, total_steps, self._shape)

    def _shape(self, step: Any, total_steps: int) -> Any:
        top = round(self.peak * (total_steps - 1))
        step = np.asarray(step)
        up = _half_wave(1 - step / max(top, 1), self.start_factor)
        down = _half_wave((step - top) / max(total_steps - 1 - top, 1), self.end_factor)
        return np.where(step < top, up, down)


@dataclass(frozen=True)
class ReduceOnPlateau:
    """The rate falls whenever the training stands still, judged after each epoch.

    The score is the loss on the validation rows, or without any the training loss. drop: what the rate is
    multiplied with. patience: how many epochs in a row may pass without a score better than the best by the
    share `threshold`. lowest: the factor is never smaller.
    """

    drop: Share = 0.5
    patience: Count = 3
    threshold: NonNegative = 1e-3
    lowest: UnitInterval = 1e-3
    warmup: Warmup = 0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1; what `observe` answers multiplies it."""
        return warmed(self.warmup, step, total_steps, lambda step, total: np.ones(np.shape(step)))

    def observe(self, score: float, memory: Mapping[str, float]) -> dict[str, float]:
        """Count the epochs that brought nothing, and lower the factor when there are too many."""
        best, waited, factor = memory.get("best", math.inf), memory.get("waited", 0.0), memory.get("factor", 1.0)
        if best == math.inf or score < best - self.threshold * abs(best):
            return {"best": score, "waited": 0.0, "factor": factor}
        if waited + 1 < self.patience:
            return {"best": best, "waited": waited + 1, "factor": factor}
        return {"best": best, "waited": 0.0, "factor": max(factor * self.drop, self.lowest)}


def _half_wave(t: Any, end_factor: float) -> Any:
    return end_factor + (1 - end_factor) * 0.5 * (1 + np.cos(math.pi * t))
