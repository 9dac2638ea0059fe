"""Schedulers: how the learning rate changes over a training, as factors on the optimizer's rate.

`factor(step, total_steps)` takes one step or an array of steps, counted from 0. The way through the
training is t = step / (total_steps − 1): 0 at the first step, 1 at the last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from runner.options import Count, Positive, UnitInterval


def way(step: Any, total_steps: int) -> Any:
    """Return how far through the training a step is, 0 to 1; a training of one step is at its start."""
    return np.asarray(step) / max(total_steps - 1, 1)


@dataclass(frozen=True)
class Constant:
    """The same learning rate throughout."""

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1."""
        return np.ones(np.shape(step))


@dataclass(frozen=True)
class Linear:
    """A straight line, 1 − t (1 − end_factor). end_factor: of the rate, at the last step."""

    end_factor: UnitInterval = 0.0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return 1 - way(step, total_steps) * (1 - self.end_factor)


@dataclass(frozen=True)
class Exponential:
    """The same share lost at every step, end_factor ** t. end_factor: of the rate, at the last step."""

    end_factor: Positive = 0.01

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
        return self.end_factor ** way(step, total_steps)


@dataclass(frozen=True)
class Cosine:
    """Half a cosine wave, e + (1 − e)(1 + cos πt)/2 (Loshchilov & Hutter, 2017). end_factor: e."""

    end_factor: UnitInterval = 0.0

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the first step, end_factor at the last."""
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

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return 1 at the start of every wave, and nearly end_factor at its end."""
        lengths = np.power(float(self.growth), np.arange(self.cycles))
        ends = np.cumsum(lengths) * (total_steps / lengths.sum())
        starts = np.concatenate([[0.0], ends[:-1]])
        # a wave begins at a whole step, so that its first step has the full rate
        starts = np.ceil(starts - 1e-9)
        wave = np.searchsorted(starts, np.asarray(step), side="right") - 1
        length = np.append(starts[1:], total_steps)[wave] - starts[wave]
        return _half_wave((np.asarray(step) - starts[wave]) / length, self.end_factor)


def _half_wave(t: Any, end_factor: float) -> Any:
    return end_factor + (1 - end_factor) * 0.5 * (1 + np.cos(math.pi * t))
