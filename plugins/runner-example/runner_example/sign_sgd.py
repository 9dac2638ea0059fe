"""Gradient descent that looks at signs only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runner.options import Positive


@dataclass(frozen=True)
class SignSGD:
    """θ ← θ − η sign(g): every parameter takes a step of the same length (signSGD, Bernstein et al., 2018)."""

    learning_rate: Positive = 0.01

    def init(self, param: np.ndarray) -> dict[str, Any]:
        """Remember nothing."""
        return {}

    def update(
        self, grad: np.ndarray, state: Mapping[str, Any], param: np.ndarray, learning_rate: Any
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Step against the gradient's signs."""
        return param - learning_rate * np.sign(grad), {}
