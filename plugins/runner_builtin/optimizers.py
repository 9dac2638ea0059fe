"""Optimizers: how a gradient becomes a step.

Each is written for one array and elementwise, so the same code steps one model or many at once. g is the
gradient, η the learning rate of the step (the option times the schedule's factor), θ the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from runner.options import Decay, Positive

Array = NDArray[Any]
State = dict[str, Any]


@dataclass(frozen=True)
class GradientDescent:
    """θ ← θ − η g, with the gradient over all training rows (Cauchy, 1847). One step an epoch."""

    learning_rate: Positive = 0.5
    full_batch: ClassVar[bool] = True

    def init(self, param: Array) -> State:
        """Remember nothing."""
        return {}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Step against the gradient."""
        return param - learning_rate * grad, {}


@dataclass(frozen=True)
class StochasticGradientDescent:
    """θ ← θ − η g, with the gradient over a mini-batch (Robbins & Monro, 1951)."""

    learning_rate: Positive = 0.1

    def init(self, param: Array) -> State:
        """Remember nothing."""
        return {}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Step against the gradient."""
        return param - learning_rate * grad, {}


@dataclass(frozen=True)
class Momentum:
    """v ← μ v − η g, θ ← θ + v: a heavy ball (Polyak, 1964). momentum: μ."""

    learning_rate: Positive = 0.05
    momentum: Decay = 0.9

    def init(self, param: Array) -> State:
        """Start at rest."""
        return {"velocity": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Push the ball and let it roll."""
        velocity = self.momentum * state["velocity"] - learning_rate * grad
        return param + velocity, {"velocity": velocity}


@dataclass(frozen=True)
class Nesterov:
    """v ← μ v − η g(θ + μ v), θ ← θ + v: look ahead, then step (Nesterov, 1983; Sutskever et al., 2013).

    The parameters held, and the gradient given, are those of the point looked ahead to, θ' = θ + μ v. In
    them the rule reads v ← μ v − η g, θ' ← θ' + μ v − η g (Bengio et al., 2013). momentum: μ.
    """

    learning_rate: Positive = 0.05
    momentum: Decay = 0.9

    def init(self, param: Array) -> State:
        """Start at rest."""
        return {"velocity": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Correct the velocity where it leads, then go there."""
        push = learning_rate * grad
        velocity = self.momentum * state["velocity"] - push
        return param + (self.momentum * velocity - push), {"velocity": velocity}


@dataclass(frozen=True)
class Adam:
    """Steps scaled by running moments of the gradient (Kingma & Ba, 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and
    v̂ = v / (1 − β₂ᵗ) at the t-th step. beta1, beta2: β₁, β₂. epsilon: ε, keeps the divisor from zero.
    """

    learning_rate: Positive = 0.01
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    epsilon: Positive = 1e-8

    def init(self, param: Array) -> State:
        """Start with no moments."""
        return {"count": 0, "mean": np.zeros_like(param), "square": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Renew the moments and step by their ratio."""
        count = state["count"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * grad
        square = self.beta2 * state["square"] + (1 - self.beta2) * np.square(grad)
        spread = np.sqrt(square) / (1 - self.beta2**count) ** 0.5 + self.epsilon
        step = (learning_rate / (1 - self.beta1**count)) * mean / spread
        return param - step, {"count": count, "mean": mean, "square": square}
