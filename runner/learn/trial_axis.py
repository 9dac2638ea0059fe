"""The leading trial axis of every parameter array.

An array of shape (n_trials, …) is laid out with the trials *last* in memory. Elementwise arithmetic keeps
such a layout, so the weights (n_trials, n_features, n_outputs) of all trials are, with nothing copied, the
one matrix (n_features, n_outputs * n_trials) that a mini-batch is multiplied with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def trials_first(array: Array) -> Array:
    """View an array (…, n_trials) as (n_trials, …)."""
    return array.transpose(-1, *range(array.ndim - 1))


def trials_last(array: Array) -> Array:
    """View an array (n_trials, …) as (…, n_trials), the order in which it lies in memory."""
    return array.transpose(*range(1, array.ndim), 0)


def zeros(n_trials: int, shape: tuple[int, ...], dtype: Any) -> Array:
    """Return zeros of shape (n_trials, *shape).

    >>> zeros(3, (5, 2), "float32").shape
    (3, 5, 2)
    """
    return trials_first(np.zeros((*shape, n_trials), dtype=dtype))


def keep(array: Array, mask: NDArray[np.bool_]) -> Array:
    """Return a copy with only the trials where the mask (n_trials,) is true, laid out alike."""
    return trials_first(np.compress(mask, trials_last(array), axis=-1))


def has_trials(value: Any, n_trials: int) -> bool:
    """Say whether a piece of optimizer state belongs to single trials; what does not, a count, is shared."""
    return isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == n_trials


def as_rows(values: Sequence[float] | Array, ndim: int, dtype: Any) -> Any:
    """Turn one number per trial into what broadcasts over arrays of `ndim` axes, the first being the trials'.

    A number on which all trials agree stays a plain float: it costs nothing and keeps float32 arrays float32.

    >>> as_rows([0.1, 0.1], 3, "float32"), as_rows([0.1, 0.2], 3, "float32").shape
    (0.1, (2, 1, 1))
    """
    array = np.asarray(values, dtype=np.float64)
    first = array.item(0)
    if array.size == 1 or (array == first).all():
        return first
    return array.astype(dtype).reshape(-1, *([1] * (ndim - 1)))
