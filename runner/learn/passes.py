"""One look at rows: the mean loss with its gradients, to learn from, or alone, to judge by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.families import Family, Params
from runner.learn.rows import Batch, Rows
from runner.learn.trial_axis import trials_last

Array = NDArray[Any]


def mean_gradients(
    family: Family, params: Params, batches: Iterable[Batch], noise: np.random.Generator | None
) -> tuple[Array, Params]:
    """Average loss (n_trials,) and gradients over batches, each row counting the same."""
    seen = 0
    loss: Array = np.zeros(0)
    gradients: Params = {}
    for X, targets, weights in batches:
        seen += len(targets)
        share = len(targets) / seen
        part_loss, part = family.loss_and_gradients(params, X, targets, weights, noise)
        if share == 1:
            loss, gradients = part_loss, part
        else:
            loss = loss + (part_loss - loss) * share
            gradients = {name: mean + (part[name] - mean) * share for name, mean in gradients.items()}
    return loss, gradients


def mean_loss(family: Family, params: Params, rows: Rows) -> Array:
    """Return the mean loss (n_trials,) over rows, without penalties and without chance, as float64."""
    total: Array = np.zeros(1)
    weight = 0.0
    for X, targets, weights in rows.blocks():
        losses, _ = family.loss(trials_last(family.decision(params, X)), targets)
        counted = losses if weights is None else losses * weights[:, None]
        total = total + counted.sum(axis=0, dtype=np.float64)
        weight += len(targets) if weights is None else float(weights.sum(dtype=np.float64))
    return total / weight
