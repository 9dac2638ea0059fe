"""Gradients that are too long, shortened: g ← g · min(1, c / ‖g‖) (Pascanu et al., 2013)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.families import Params
from runner.learn.trial_axis import as_rows


def shortened(gradients: Params, clip_norms: NDArray[np.float64]) -> Params:
    """Return the gradients with the norm of each trial, over all arrays together, held to its limit.

    clip_norms: (n_trials,), infinite for trials that do not clip.
    """
    squares = np.zeros(len(clip_norms))
    for gradient in gradients.values():
        squares += np.square(gradient, dtype=np.float64).sum(axis=tuple(range(1, gradient.ndim)))
    norms = np.sqrt(squares)
    # an infinite norm makes a factor of 0 and 0 · inf = NaN: it is not hidden, the trial diverges
    factors = np.divide(clip_norms, norms, out=np.ones_like(norms), where=norms > clip_norms)
    if (factors == 1).all():
        return gradients
    return {name: gradient * _rows(factors, gradient) for name, gradient in gradients.items()}


def _rows(factors: NDArray[np.float64], gradient: NDArray[Any]) -> Any:
    return as_rows(factors, gradient.ndim, gradient.dtype)
