"""What the hidden units of a network do with what reaches them: a curve, and its slope."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
#: What reaches the units -> what they pass on, and the derivative of that.
Activation = Callable[[Array], tuple[Array, Array]]


def relu(reaches: Array) -> tuple[Array, Array]:
    """max(0, z) (Nair & Hinton, 2010). The slope at the kink is 0."""
    return np.maximum(reaches, 0), (reaches > 0).astype(reaches.dtype)


def tanh(reaches: Array) -> tuple[Array, Array]:
    """Hyperbolic tangent."""
    passed = np.tanh(reaches)
    return passed, 1 - np.square(passed)


def gelu(reaches: Array) -> tuple[Array, Array]:
    """z · Φ(z) by its tanh formula, z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))) (Hendrycks & Gimpel, 2016)."""
    scale = math.sqrt(2 / math.pi)
    squares = np.square(reaches)
    curve = np.tanh(scale * (reaches + 0.044715 * squares * reaches))
    slope = 0.5 * (1 + curve) + 0.5 * reaches * (1 - np.square(curve)) * scale * (1 + 3 * 0.044715 * squares)
    return 0.5 * reaches * (1 + curve), slope


#: By the name of the option.
ACTIVATIONS: dict[str, Activation] = {"relu": relu, "tanh": tanh, "gelu": gelu}
