"""Families: models that differ only in the numbers they learn, so that many can be trained as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from runner.learn.losses import Loss
from runner.learn.trial_axis import trials_first, trials_last, zeros

Array = NDArray[Any]
#: Name -> array (n_trials, …).
Params = dict[str, Array]


class Family(Protocol):
    """A kind of model trained by gradients.

    Every array carries a leading trial axis; one model is a batch of one. X: (n_rows, n_features), a dense
    array or a CSR matrix, the same rows for all trials. penalised: the arrays that l1 and l2 act on.
    loss: what is minimised, a function of the scores. random: whether training draws random numbers
    beside those of `init`, as dropout does. A family may also name, as `by_column`, arrays whose second axis
    is that of the columns of X and which meet X in a product: of sparse rows, `loss_and_gradients` is then
    given only the columns that occur.
    """

    @property
    def loss(self) -> Loss:
        """The loss of the scores."""
        ...

    @property
    def random(self) -> bool:
        """Whether the gradients are random."""
        ...

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameter arrays that the penalties shrink."""
        ...

    def init(self, generators: Sequence[np.random.Generator], n_features: int, n_outputs: int, dtype: Any) -> Params:
        """Return the parameters before the first step, one trial for each generator."""
        ...

    def loss_and_gradients(
        self, params: Params, X: Any, targets: Array, weights: Array | None, noise: np.random.Generator | None = None
    ) -> tuple[Array, Params]:
        """Return the mean loss (n_trials,) and its gradients.

        weights: (n_rows,) how often each row counts. noise: where a random family draws from, the same
        numbers for all trials, so that a trial does not depend on its neighbours.
        """
        ...

    def decision(self, params: Params, X: Any) -> Array:
        """Return the scores (n_trials, n_rows, n_outputs)."""
        ...


@dataclass(frozen=True)
class Linear:
    """Scores X W + b under one of the losses. Parameters: weights (n_trials, n_features, n_outputs), bias.

    fit_intercept: whether there is a bias (n_trials, n_outputs), which is never penalised.
    """

    loss: Loss
    fit_intercept: bool = True

    @property
    def random(self) -> bool:
        """Nothing is drawn."""
        return False

    @property
    def by_column(self) -> frozenset[str]:
        """The weights."""
        return frozenset({"weights"})

    @property
    def penalised(self) -> frozenset[str]:
        """The weights."""
        return frozenset({"weights"})

    def init(self, generators: Sequence[np.random.Generator], n_features: int, n_outputs: int, dtype: Any) -> Params:
        """Start at zero: the objective is convex, so where one starts decides nothing but the time."""
        params = {"weights": zeros(len(generators), (n_features, n_outputs), dtype)}
        if self.fit_intercept:
            params["bias"] = zeros(len(generators), (n_outputs,), dtype)
        return params

    def loss_and_gradients(
        self, params: Params, X: Any, targets: Array, weights: Array | None, noise: np.random.Generator | None = None
    ) -> tuple[Array, Params]:
        """Return the mean loss (n_trials,) and gradients, by one product with X and one with its transpose."""
        scores = self._scores(params, X)
        losses, slopes = self.loss(scores, targets)
        if weights is not None:
            losses = losses * weights[:, None]
            slopes = slopes * weights[:, None, None]
        n_rows, n_outputs, n_trials = slopes.shape
        flat = slopes.reshape(n_rows, n_outputs * n_trials)
        flat /= n_rows
        gradients = {"weights": trials_first((X.T @ flat).reshape(-1, n_outputs, n_trials))}
        if self.fit_intercept:
            gradients["bias"] = trials_first(flat.sum(axis=0).reshape(n_outputs, n_trials))
        return losses.sum(axis=0) / n_rows, gradients

    def decision(self, params: Params, X: Any) -> Array:
        """Return X W + b, (n_trials, n_rows, n_outputs)."""
        return trials_first(self._scores(params, X))

    def _scores(self, params: Params, X: Any) -> Array:
        """Scores (n_rows, n_outputs, n_trials), by one matrix product for all trials."""
        weights = params["weights"]
        n_trials, n_features, n_outputs = weights.shape
        scores = X @ trials_last(weights).reshape(n_features, n_outputs * n_trials)
        if self.fit_intercept:
            scores += trials_last(params["bias"]).reshape(n_outputs * n_trials)
        return np.asarray(scores).reshape(-1, n_outputs, n_trials)
