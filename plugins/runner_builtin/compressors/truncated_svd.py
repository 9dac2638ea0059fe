"""Compressors: a fitted pipeline in, a smaller fitted pipeline out.

`TruncatedSVDCompressor` works on any pipeline that ends in a linear model, ours or scikit-learn's: its
coefficients (n_outputs, n_features) become two thin factors, whose product is the nearest matrix of that rank
(Eckart & Young, 1936).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import validate_data

from runner.errors import ConfigError
from runner.options import Count, UnitInterval
from runner_builtin.compressors.compressed_model import (
    CompressedClassifier,
    CompressedModel,
    CompressedRegressor,
    ending_in,
)
from runner_builtin.compressors.linear_parts import Array, Link, coefficients, link_of
from runner_builtin.compressors.networks import Network


class TruncatedSVDCompressor:
    """Replaces the coefficients of a linear last step by two factors of low rank.

    rank: how many directions to keep; None keeps as many as hold the share `energy` of the coefficients'
    squared size. Raises `ConfigError` where the last step is not linear, or where the rank does not make the
    model smaller: n_outputs * n_features numbers become rank * (n_outputs + n_features), so a model with one
    output, being of rank one already, has nothing to gain.
    """

    def __init__(self, rank: Count | None = None, energy: UnitInterval = 0.95) -> None:
        self.rank = rank
        self.energy = energy

    def compress(self, pipeline: Pipeline) -> Pipeline:
        """Return a pipeline with the same steps but for the last. The factors keep the coefficients' dtype."""
        name, model = pipeline.steps[-1]
        coef, intercept = coefficients("truncated_svd", name, model)
        left, sizes, right = np.linalg.svd(coef, full_matrices=False)
        rank = self._rank(name, coef.shape, sizes)
        inner = np.ascontiguousarray(right[:rank].T)
        outer = np.ascontiguousarray((left[:, :rank] * sizes[:rank]).T)
        smaller: LowRankLinearClassifier | LowRankLinearRegressor
        if is_classifier(model):
            link = link_of("truncated_svd", name, model, coef, intercept)
            smaller = LowRankLinearClassifier(inner, outer, intercept, model.classes_, link)
        else:
            smaller = LowRankLinearRegressor(inner, outer, intercept)
        return ending_in(pipeline, smaller)

    def _rank(self, name: str, shape: tuple[int, int], sizes: Array) -> int:
        """How many directions to keep. sizes: the singular values, largest first."""
        n_outputs, n_features = shape
        largest = (n_outputs * n_features - 1) // (n_outputs + n_features)
        found = f"Compressor 'truncated_svd': step {name!r} has coefficients of shape {shape!r}"
        if largest < 1:
            raise ConfigError(
                f"{found}; two factors would not be smaller at any rank. Remove this compressor from the experiment."
            )
        if self.rank is not None:
            rank, asked = self.rank, f"rank {self.rank!r}"
        else:
            held = np.cumsum(np.square(sizes))
            # without the last, which holds everything but for rounding
            rank = 1 + int(np.searchsorted(held[:-1], self.energy * held[-1]))
            asked = f"energy {self.energy!r}, which takes rank {rank},"
        if not 1 <= rank <= largest:
            raise ConfigError(
                f"{found}; {asked} does not make it smaller. Ranks 1 to {largest} do: set 'rank' to one of "
                "them, or lower 'energy'."
            )
        return rank


class _LowRankLinear(CompressedModel):
    """Scores X · inner · outer + intercept.

    inner: (n_features, rank). outer: (rank, n_outputs). intercept: (n_outputs,).
    """

    inner: Array
    outer: Array
    intercept: Array

    @property
    def n_features_in_(self) -> int:
        """How many columns X has."""
        return int(self.inner.shape[0])

    def _layers(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        nothing = np.zeros(self.inner.shape[1], dtype=self.inner.dtype)
        return (self.inner, self.outer), (nothing, self.intercept)

    def _scores(self, X: Any) -> Array:
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        return np.asarray((X @ self.inner) @ self.outer + self.intercept)


class LowRankLinearClassifier(CompressedClassifier, _LowRankLinear):
    """A linear classifier held as two factors. link: how scores become probabilities; None if they do not."""

    def __init__(
        self, inner: Array, outer: Array, intercept: Array, classes: Array, link: Link | None = None
    ) -> None:
        self.inner = inner
        self.outer = outer
        self.intercept = intercept
        self.classes = classes
        self.link = link

    def network(self) -> Network:
        """Return it as two layers with nothing between them."""
        return Network(*self._layers(), classes=self.classes, link=self.link)


class LowRankLinearRegressor(CompressedRegressor, _LowRankLinear):
    """A linear regression of several targets held as two factors."""

    def __init__(self, inner: Array, outer: Array, intercept: Array) -> None:
        self.inner = inner
        self.outer = outer
        self.intercept = intercept

    def network(self) -> Network:
        """Return it as two layers with nothing between them."""
        return Network(*self._layers())
