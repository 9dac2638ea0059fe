"""The softmax loss in loops compiled by numba, beside NumPy's own exponential. It gives the same bits as NumPy.

`losses.softmax` passes some fifteen times over the scores. Here it is two passes and the exponential. Where a
`Linear` family asks, these two also add the intercepts, divide by the number of rows and sum the slopes up,
which would be three passes more.
"""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from runner.learn import losses
from runner.learn.families import Family, Linear, Params
from runner.learn.fusing import options_of, with_options
from runner.learn.losses import Loss
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]


def with_compiled_loss(family: Family) -> Family:
    """Return a family that does the same, to the bit, and faster; the family itself where there is none."""
    if type(family) is Linear and family.loss is losses.softmax and family.fit_intercept:
        return LinearSoftmax(softmax)
    if "loss" not in options_of(family) or family.loss not in COMPILED_LOSSES:
        return family
    return cast(Family, with_options(family, {"loss": COMPILED_LOSSES[family.loss]}))


class LinearSoftmax(Linear):
    """`Linear` under the softmax loss, with intercepts."""

    def loss_and_gradients(
        self, params: Params, X: Any, targets: Array, weights: Array | None, noise: np.random.Generator | None = None
    ) -> tuple[Array, Params]:
        """Return what `Linear` does."""
        if weights is not None:
            return super().loss_and_gradients(params, X, targets, weights, noise)
        columns = trials_last(params["weights"])
        n_features, n_outputs, n_trials = columns.shape
        product = np.asarray(X @ columns.reshape(n_features, n_outputs * n_trials))
        n_rows = len(product)
        each, sums = _softmax_(
            product.reshape(n_rows, n_outputs, n_trials), trials_last(params["bias"]), targets, n_rows
        )
        slopes = (X.T @ product).reshape(n_features, n_outputs, n_trials)
        return each.sum(axis=0) / n_rows, {"weights": trials_first(slopes), "bias": trials_first(sums)}


def softmax(scores: Array, targets: Array) -> tuple[Array, Array]:
    """Return what `losses.softmax` does."""
    slopes = np.array(scores, order="C")
    each, _ = _softmax_(slopes, np.zeros(slopes.shape[1:], slopes.dtype), targets, 1)
    return each, slopes


COMPILED_LOSSES: dict[Loss, Loss] = {losses.softmax: softmax}


def _softmax_(scores: Array, bias: Array, targets: Array, divisor: int) -> tuple[Array, Array]:
    """Turn scores without their bias into slopes over the divisor. Returns each row's loss, and the slopes' sums.

    scores: (n_rows, n_outputs, n_trials); bias, sums: (n_outputs, n_trials).
    """
    right, totals = np.empty((2, len(scores), scores.shape[2]), scores.dtype)
    sums = np.zeros(scores.shape[1:], scores.dtype)
    _shift_(scores, bias, targets, right)
    np.exp(scores, out=scores)
    _normalise_(scores, targets, totals, scores.dtype.type(divisor), sums)
    return np.log(totals) - right, sums


@numba.njit(nogil=True)
def _shift_(scores: Array, bias: Array, targets: Array, right: Array) -> None:
    """Add the bias, subtract from each row's scores their largest, and copy out that of the right class."""
    n_rows, n_outputs, n_trials = scores.shape
    largest = np.empty(n_trials, scores.dtype)
    for row in range(n_rows):
        for output in range(n_outputs):
            line, shift = scores[row, output], bias[output]
            for trial in range(n_trials):
                score = line[trial] + shift[trial]
                line[trial] = score
                is_larger = output == 0 or score > largest[trial] or score != score
                largest[trial] = score if is_larger else largest[trial]
        for output in range(n_outputs):
            line = scores[row, output]
            for trial in range(n_trials):
                line[trial] -= largest[trial]
        right[row] = scores[row, targets[row]]


@numba.njit(nogil=True, error_model="numpy")
def _normalise_(powers: Array, targets: Array, totals: Array, divisor: Any, sums: Array) -> None:
    """Divide each row's powers by their sum, take 1 from that of the right class, and divide all by the divisor."""
    n_rows, n_outputs, n_trials = powers.shape
    for row in range(n_rows):
        total = totals[row]
        total[:] = powers[row, 0]
        for output in range(1, n_outputs):
            line = powers[row, output]
            for trial in range(n_trials):
                total[trial] += line[trial]
        for output in range(n_outputs):
            line = powers[row, output]
            for trial in range(n_trials):
                line[trial] /= total[trial]
        line = powers[row, targets[row]]
        for trial in range(n_trials):
            line[trial] -= 1
        for output in range(n_outputs):
            line, summed = powers[row, output], sums[output]
            for trial in range(n_trials):
                line[trial] /= divisor
                summed[trial] += line[trial]
