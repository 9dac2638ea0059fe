"""The middle of values that count differently often."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def weighted_median(values: NDArray[Any], weights: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return per column the smallest value that has half the weight at or below it. values: (n_rows, n_columns).

    >>> weighted_median(np.array([[1.0], [2.0], [9.0]]), np.array([1.0, 1.0, 3.0])).tolist()
    [9.0]
    """
    weights = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values, axis=0, kind="stable")
    half = np.cumsum(weights[order], axis=0) >= 0.5 * weights.sum()
    ordered = np.take_along_axis(values, order, axis=0)
    return np.asarray(ordered[half.argmax(axis=0), np.arange(values.shape[1])], dtype=np.float64)
