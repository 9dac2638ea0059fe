"""Multi-layer perceptrons: layers of hidden units between the columns and the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.activations import ACTIVATIONS
from runner.learn.families import Params
from runner.learn.losses import Loss
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]


@dataclass(frozen=True)
class MLP:
    """h ← f(h W + b) layer by layer, and the scores h W + b, trained by back-propagation (Rumelhart et al., 1986).

    hidden: how many units each hidden layer has. activation: a name of `ACTIVATIONS`. dropout: the share of
    hidden units left out at each step, the others counting 1 / (1 − share) (Srivastava et al., 2014); the
    same units for all trials. Parameters: weights_0 (n_trials, n_features, hidden[0]), bias_0, weights_1, …
    """

    loss: Loss
    hidden: tuple[int, ...] = (100,)
    activation: str = "relu"
    dropout: float = 0.0

    @property
    def random(self) -> bool:
        """Whether units are left out."""
        return self.dropout > 0

    @property
    def by_column(self) -> frozenset[str]:
        """The weights of the first layer."""
        return frozenset({"weights_0"})

    @property
    def penalised(self) -> frozenset[str]:
        """The weights of all layers."""
        return frozenset(f"weights_{layer}" for layer in range(len(self.hidden) + 1))

    def init(self, generators: Sequence[np.random.Generator], n_features: int, n_outputs: int, dtype: Any) -> Params:
        """Draw weights that neither swell nor fade what passes; biases are zero.

        Uniform of variance 2 / n_in for relu and gelu (He et al., 2015), else 2 / (n_in + n_out) (Glorot &
        Bengio, 2010), as always for the last layer.
        """
        params: Params = {}
        sizes = (n_features, *self.hidden, n_outputs)
        for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
            rectifies = self.activation != "tanh" and layer < len(self.hidden)
            bound = (6 / n_in if rectifies else 6 / (n_in + n_out)) ** 0.5
            drawn = [generator.uniform(-bound, bound, (n_in, n_out)) for generator in generators]
            params[f"weights_{layer}"] = trials_first(np.stack(drawn, axis=-1).astype(dtype))
            params[f"bias_{layer}"] = trials_first(np.zeros((n_out, len(generators)), dtype))
        return params

    def loss_and_gradients(
        self, params: Params, X: Any, targets: Array, weights: Array | None, noise: np.random.Generator | None = None
    ) -> tuple[Array, Params]:
        """Return the mean loss (n_trials,) and gradients, by one pass forwards and one backwards."""
        passed, slopes = self._hidden(params, X, noise)
        scores = _layer(params, len(self.hidden), passed[-1]) if passed else _first_layer(params, X)
        losses, back = self.loss(trials_last(scores), targets)
        if weights is not None:
            losses = losses * weights[:, None]
            back = back * weights[:, None, None]
        n_rows = len(losses)
        return losses.sum(axis=0) / n_rows, self._backwards(params, X, passed, slopes, trials_first(back) / n_rows)

    def decision(self, params: Params, X: Any) -> Array:
        """Return the scores (n_trials, n_rows, n_outputs) with all units at work."""
        passed, _ = self._hidden(params, X, None)
        return _layer(params, len(self.hidden), passed[-1]) if passed else _first_layer(params, X)

    def _hidden(self, params: Params, X: Any, noise: np.random.Generator | None) -> tuple[list[Array], list[Array]]:
        """What each hidden layer passes on and its slopes, (n_trials, n_rows, n_units)."""
        passed: list[Array] = []
        slopes: list[Array] = []
        for layer in range(len(self.hidden)):
            reaches = _layer(params, layer, passed[-1]) if passed else _first_layer(params, X)
            value, slope = ACTIVATIONS[self.activation](reaches)
            if noise is not None and self.dropout > 0:
                counts = self._counts(noise, value)
                value, slope = value * counts, slope * counts
            passed.append(value)
            slopes.append(slope)
        return passed, slopes

    def _counts(self, noise: np.random.Generator, value: Array) -> Array:
        """How much each unit counts for each row, (n_rows, n_units)."""
        kept = noise.random(value.shape[1:], dtype=np.float32) >= self.dropout
        counts: Array = kept.astype(value.dtype) / value.dtype.type(1 - self.dropout)
        return counts

    def _backwards(
        self, params: Params, X: Any, passed: Sequence[Array], slopes: Sequence[Array], back: Array
    ) -> Params:
        gradients: Params = {}
        for layer in range(len(self.hidden), 0, -1):
            back = np.ascontiguousarray(back)
            gradients[f"weights_{layer}"] = passed[layer - 1].transpose(0, 2, 1) @ back
            gradients[f"bias_{layer}"] = back.sum(axis=1)
            weights = np.ascontiguousarray(params[f"weights_{layer}"])
            back = (back @ weights.transpose(0, 2, 1)) * slopes[layer - 1]
        flat = np.ascontiguousarray(trials_last(back))
        n_rows, n_units, n_trials = flat.shape
        gradients["weights_0"] = trials_first((X.T @ flat.reshape(n_rows, -1)).reshape(-1, n_units, n_trials))
        gradients["bias_0"] = trials_first(flat.sum(axis=0))
        return {name: _laid_out_as(gradients[name], param) for name, param in params.items()}


def _first_layer(params: Params, X: Any) -> Array:
    """X W + b, (n_trials, n_rows, n_units), by one product with the rows, dense or sparse, for all trials."""
    weights = trials_last(params["weights_0"])
    n_features, n_units, n_trials = weights.shape
    product = np.asarray(X @ weights.reshape(n_features, n_units * n_trials)).reshape(-1, n_units, n_trials)
    return np.ascontiguousarray(trials_first(product)) + params["bias_0"][:, None, :]


def _layer(params: Params, layer: int, given: Array) -> Array:
    """H W + b for the (n_trials, n_rows, n_units) given."""
    product = given @ np.ascontiguousarray(params[f"weights_{layer}"])
    return np.asarray(product + params[f"bias_{layer}"][:, None, :])


def _laid_out_as(gradient: Array, param: Array) -> Array:
    """Return the gradient with its trials last in memory, so that steps go through memory in one stride."""
    return trials_first(np.ascontiguousarray(trials_last(gradient))) if len(param) > 1 else gradient
