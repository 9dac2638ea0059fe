"""How wrong scores are, and in which direction: the losses that gradient training can minimise.

A loss takes scores (n_rows, n_outputs, n_trials) and targets with n_rows entries, shared by all trials. It
returns the loss of each row (n_rows, n_trials) and its derivative by the scores, shaped like the scores.
The trials come last in memory: sums over the outputs then run along whole vectors of trials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Loss = Callable[[Array, Array], tuple[Array, Array]]


def softmax(scores: Array, targets: Array) -> tuple[Array, Array]:
    """Negative log-likelihood of the right class (Bridle, 1990). targets: (n_rows,) class positions."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    rows = np.arange(len(targets))
    right = shifted[rows, targets]
    slopes = np.exp(shifted, out=shifted)
    total = slopes.sum(axis=1, keepdims=True)
    slopes /= total
    slopes[rows, targets] -= 1
    return np.log(total[:, 0]) - right, slopes


def logistic(scores: Array, targets: Array) -> tuple[Array, Array]:
    """`softmax` of two classes as one score, log(1 + exp(s)) - t s. targets: (n_rows,) class positions 0 or 1."""
    ones = targets[:, None, None].astype(scores.dtype)
    losses = np.maximum(scores, 0) - ones * scores + np.log1p(np.exp(-np.abs(scores)))
    return losses[:, 0], 0.5 * (1 + np.tanh(0.5 * scores)) - ones


def hinge(scores: Array, targets: Array) -> tuple[Array, Array]:
    """max(0, 1 - t s), summed over one-versus-rest outputs (Cortes & Vapnik, 1995). targets: class positions.

    The slope at the kink is 0, one of the subgradients there.
    """
    signs = _one_versus_rest(targets, scores)
    short = 1 - signs * scores
    return np.maximum(short, 0).sum(axis=1), np.where(short > 0, -signs, 0)


def squared_hinge(scores: Array, targets: Array) -> tuple[Array, Array]:
    """max(0, 1 - t s)², summed over one-versus-rest outputs (Fan et al., 2008). targets: class positions."""
    signs = _one_versus_rest(targets, scores)
    short = np.maximum(1 - signs * scores, 0)
    return np.square(short).sum(axis=1), -2 * signs * short


def perceptron(scores: Array, targets: Array) -> tuple[Array, Array]:
    """max(0, -t s), summed over one-versus-rest outputs (Rosenblatt, 1958). targets: class positions.

    The slope at the kink is that of an error, for training starts there.
    """
    signs = _one_versus_rest(targets, scores)
    wrong = -signs * scores
    return np.maximum(wrong, 0).sum(axis=1), np.where(wrong >= 0, -signs, 0)


def squared(scores: Array, targets: Array) -> tuple[Array, Array]:
    """Half the squared error, summed over the outputs. targets: (n_rows,) or (n_rows, n_outputs) values."""
    wanted = targets.reshape(scores.shape[0], scores.shape[1], 1).astype(scores.dtype, copy=False)
    errors = scores - wanted
    return 0.5 * np.square(errors).sum(axis=1), errors


@dataclass(frozen=True)
class Huber:
    """Half the squared error up to `threshold`, a straight line beyond (Huber, 1964), summed over the outputs.

    targets: (n_rows,) or (n_rows, n_outputs) values. With r = s - t: r²/2, or threshold · (|r| - threshold/2).
    """

    threshold: float

    def __call__(self, scores: Array, targets: Array) -> tuple[Array, Array]:
        """Return the losses and slopes, as every loss."""
        wanted = targets.reshape(scores.shape[0], scores.shape[1], 1).astype(scores.dtype, copy=False)
        errors = scores - wanted
        slopes = np.clip(errors, -self.threshold, self.threshold)
        return (slopes * (errors - 0.5 * slopes)).sum(axis=1), slopes


def _one_versus_rest(targets: Array, scores: Array) -> Array:
    """+1 where a row is of an output's class, else -1; a single output stands for class 1 of 0 and 1."""
    n_outputs = scores.shape[1]
    classes = np.arange(n_outputs) if n_outputs > 1 else np.ones(1, dtype=int)
    ours = targets[:, None, None] == classes[:, None]
    return np.where(ours, 1, -1).astype(scores.dtype)
