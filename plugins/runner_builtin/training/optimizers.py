"""Optimizers: how a gradient becomes a step.

Each is written for one array and elementwise, so the same code steps one model or many at once. g is the
gradient, η the learning rate of the step (the option times the schedule's factor), θ the parameters;
squares, roots, signs and quotients are taken number by number. A learning rate of "auto" asks the model to
choose one by a range test before it trains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from runner.options import Decay, NonNegative, Positive

Array = NDArray[Any]
State = dict[str, Any]
Rate = Positive | Literal["auto"]


@dataclass(frozen=True)
class GradientDescent:
    """θ ← θ − η g, with the gradient over all training rows (Cauchy, 1847). One step an epoch."""

    learning_rate: Rate = 0.5
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

    learning_rate: Rate = 0.1

    def init(self, param: Array) -> State:
        """Remember nothing."""
        return {}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Step against the gradient."""
        return param - learning_rate * grad, {}


@dataclass(frozen=True)
class Momentum:
    """v ← μ v − η g, θ ← θ + v: a heavy ball (Polyak, 1964). momentum: μ."""

    learning_rate: Rate = 0.05
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

    learning_rate: Rate = 0.05
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

    learning_rate: Rate = 0.01
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


@dataclass(frozen=True)
class Adagrad:
    """s ← s + g², θ ← θ − η g / (√s + ε): rates that shrink where gradients were large (Duchi et al., 2011).

    epsilon: ε, keeps the divisor from zero.
    """

    learning_rate: Rate = 0.1
    epsilon: Positive = 1e-8

    def init(self, param: Array) -> State:
        """Start with no sum."""
        return {"sum": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Add to the sum and step by its root."""
        total = state["sum"] + np.square(grad)
        return param - learning_rate * grad / (np.sqrt(total) + self.epsilon), {"sum": total}


@dataclass(frozen=True)
class RMSProp:
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε) (Hinton, 2012, lecture 6e). decay: ρ.

    epsilon: ε, keeps the divisor from zero.
    """

    learning_rate: Rate = 0.01
    decay: Decay = 0.9
    epsilon: Positive = 1e-8

    def init(self, param: Array) -> State:
        """Start with no mean square."""
        return {"square": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Renew the mean square and step by its root."""
        square = self.decay * state["square"] + (1 - self.decay) * np.square(grad)
        return param - learning_rate * grad / (np.sqrt(square) + self.epsilon), {"square": square}


@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay, θ ← θ − η (m̂ / (√v̂ + ε) + λ θ) (Loshchilov & Hutter, 2019).

    m̂, v̂, beta1, beta2, epsilon: as in `Adam`. weight_decay: λ, of all parameters, intercepts too; unlike a
    model's l2 it is not scaled by the gradients' size.
    """

    learning_rate: Rate = 0.01
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    epsilon: Positive = 1e-8
    weight_decay: NonNegative = 0.01

    def init(self, param: Array) -> State:
        """Start with no moments."""
        return {"count": 0, "mean": np.zeros_like(param), "square": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Renew the moments, step by their ratio, and let the parameters decay."""
        count = state["count"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * grad
        square = self.beta2 * state["square"] + (1 - self.beta2) * np.square(grad)
        spread = np.sqrt(square) / (1 - self.beta2**count) ** 0.5 + self.epsilon
        step = mean / spread / (1 - self.beta1**count) + self.weight_decay * param
        return param - learning_rate * step, {"count": count, "mean": mean, "square": square}


@dataclass(frozen=True)
class Lion:
    """θ ← θ − η (sign(β₁ m + (1 − β₁) g) + λ θ), m ← β₂ m + (1 − β₂) g (Chen et al., 2023).

    Every number moves by the same length, so rates are 3 to 10 times smaller than Adam's. beta1, beta2: β₁,
    β₂. weight_decay: λ, of all parameters.
    """

    learning_rate: Rate = 0.001
    beta1: Decay = 0.9
    beta2: Decay = 0.99
    weight_decay: NonNegative = 0.0

    def init(self, param: Array) -> State:
        """Start with no momentum."""
        return {"mean": np.zeros_like(param)}

    def update(self, grad: Array, state: Mapping[str, Any], param: Array, learning_rate: Any) -> tuple[Array, State]:
        """Step by the sign of the momentum, then renew it."""
        mean = state["mean"]
        direction = np.sign(self.beta1 * mean + (1 - self.beta1) * grad) + self.weight_decay * param
        return param - learning_rate * direction, {"mean": self.beta2 * mean + (1 - self.beta2) * grad}
