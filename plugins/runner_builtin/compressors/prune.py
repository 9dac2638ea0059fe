"""Small weights set to zero, or the columns that only have small ones taken out of the model (LeCun et al., 1990).

By weight, the smallest of all layers together become zero: the model is smaller when it is saved, for zeros take next
to no space, and as fast as before. By feature, the columns with the smallest weights leave the model, and where its
columns are the terms of a vocabulary, the vocabulary, which is most of a text model's bytes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import NonNegative, Share
from runner_builtin.compressors.layers import layers_of, with_layers
from runner_builtin.compressors.scoring import score
from runner_builtin.compressors.vocabularies import cut, replaced, vocabularies

Array = NDArray[Any]
#: What is tried, of the most that may go, where a tolerance decides.
_SHARES = (1.0, 0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)


class PruneCompressor:
    """Removes the weights of a linear model or a multi-layer perceptron that are nearest to zero.

    by: "weight" sets them to zero; "feature" takes columns out whose weights are small together. sparsity: the share
    to remove, above 0 and below 1; 0.5 if left open. tolerance: remove as much as costs no more than this of the
    score on the training rows (accuracy; R² of a regression), up to `sparsity`, by default 0.99. The layers after the
    first have no features to lose. Raises ConfigError for another model, DataError for weights that are not finite.
    """

    def __init__(
        self,
        by: Literal["weight", "feature"] = "weight",
        sparsity: Share | None = None,
        tolerance: NonNegative | None = None,
    ) -> None:
        self.by = by
        self.sparsity = sparsity
        self.tolerance = tolerance

    @property
    def needs_rows(self) -> bool:
        """Whether the training rows decide how much is removed."""
        return self.tolerance is not None

    def compress(self, pipeline: Pipeline, rows: Dataset | None = None) -> Pipeline:
        """Return a pruned pipeline. rows: training rows; read where there is a tolerance."""
        name, model = pipeline.steps[-1]
        layers = layers_of("prune", name, model)
        most = self._most()
        pruned = _by_feature if self.by == "feature" else _by_weight
        if self.tolerance is None:
            return pruned(pipeline, layers, most)
        if rows is None or rows.target is None:
            raise ConfigError(
                "Compressor 'prune': a tolerance needs training rows with their target; give 'sparsity'."
            )
        return self._tolerated(pipeline, rows, lambda share: pruned(pipeline, layers, share * most))

    def _most(self) -> float:
        if self.sparsity is None:
            return 0.5 if self.tolerance is None else 0.99
        if not 0 < self.sparsity < 1:
            raise ConfigError(
                f"Compressor 'prune': sparsity {self.sparsity!r} leaves nothing, or takes nothing away. Give a share "
                "above 0 and below 1, such as 0.5."
            )
        return self.sparsity

    def _tolerated(self, pipeline: Pipeline, rows: Dataset, prune: Callable[[float], Pipeline]) -> Pipeline:
        """Return the smallest that is good enough; the pipeline itself where none is."""
        assert self.tolerance is not None
        least = score(pipeline, rows.features, rows.target) - self.tolerance
        tried = (prune(share) for share in _SHARES)
        return next((made for made in tried if score(made, rows.features, rows.target) >= least), pipeline)


def _by_weight(pipeline: Pipeline, layers: Sequence[Array], share: float) -> Pipeline:
    flat = np.concatenate([layer.ravel() for layer in layers])
    # the smallest by count and not by a bound, below which equal weights would all go at once
    flat[np.argsort(np.abs(flat.astype(np.float64)), kind="stable")[: round(share * len(flat))]] = 0
    ends = np.cumsum([layer.size for layer in layers])
    made = [part.reshape(layer.shape) for part, layer in zip(np.split(flat, ends[:-1]), layers, strict=True)]
    smaller = copy.copy(pipeline)
    smaller.steps = [*pipeline.steps[:-1], (pipeline.steps[-1][0], with_layers(pipeline.steps[-1][1], made))]
    return smaller


def _by_feature(pipeline: Pipeline, layers: Sequence[Array], share: float) -> Pipeline:
    name, model = pipeline.steps[-1]
    sizes = np.abs(layers[0].astype(np.float64)).max(axis=1)
    n_kept = max(1, len(sizes) - round(share * len(sizes)))
    order = np.argsort(-sizes, kind="stable")
    found = vocabularies(pipeline)
    # a vocabulary without a term is none
    best = [one.columns.start + int(sizes[one.columns].argmax()) for one in found]
    kept = np.union1d(order[:n_kept], np.asarray(best, dtype=np.intp))
    smaller = with_layers(model, [np.ascontiguousarray(layers[0][kept]), *layers[1:]], kept)
    steps, left = {}, np.ones(len(sizes), dtype=bool)
    for one in found:
        terms = kept[(kept >= one.columns.start) & (kept < one.columns.stop)]
        left[one.columns] = np.isin(np.arange(one.columns.start, one.columns.stop), terms)
        steps[one.route] = (cut(one.vectorizer, terms - one.columns.start), len(terms))
    made = replaced(pipeline, steps, smaller) if steps else copy.copy(pipeline)
    places = np.flatnonzero(np.isin(np.flatnonzero(left), kept))
    chosen = [("kept_columns", KeptColumns(places))] if len(places) < left.sum() else []
    made.steps = [*made.steps[:-1], *_without_earlier(made, chosen), (name, smaller)]
    return made


def _without_earlier(pipeline: Pipeline, chosen: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Give the step a name that no earlier pruning has taken."""
    names = {name for name, _ in pipeline.steps}
    return [
        (next(new for new in (name, *(f"{name}_{n}" for n in range(2, 99))) if new not in names), step)
        for name, step in chosen
    ]


class KeptColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Hands on some columns. columns: their positions, ascending."""

    def __init__(self, columns: NDArray[np.intp]) -> None:
        self.columns = columns

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: Any, y: Any = None) -> Self:
        """Do nothing: what is kept was decided before."""
        del X, y
        return self

    def transform(self, X: Any) -> Any:
        """Return the columns (n_rows, n_kept) of a frame, an array or a CSR matrix."""
        return X.iloc[:, self.columns] if hasattr(X, "iloc") else X[:, self.columns]
