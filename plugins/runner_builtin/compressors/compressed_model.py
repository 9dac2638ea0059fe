"""What models that a compressor made have in common: they answer like any other, and cannot be fitted.

Each holds its weights in a way of its own and tells the scores of rows by `_scores`; how scores become labels,
probabilities and values is the same for all.
"""

from __future__ import annotations

import copy
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

from runner.errors import ConfigError
from runner_builtin.compressors.linear_parts import Link
from runner_builtin.compressors.networks import chances
from runner_builtin.models.gradient_classifier import labels

Array = NDArray[Any]


class CompressedModel(BaseEstimator):  # type: ignore[misc]
    """Made of a fitted model, so that it is fitted from the beginning; takes dense rows and CSR."""

    feature_names_in_: Array

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any = None) -> NoReturn:
        """Refuse: what it holds comes from a fitted model."""
        raise ConfigError(
            f"{type(self).__name__} is a compressed model and cannot be fitted. Fit the pipeline it was made from "
            "and compress that."
        )

    def _scores(self, X: Any) -> Array:
        """Return what the last layer gives, (n_rows, n_outputs)."""
        raise NotImplementedError


def _has_link(model: Any) -> bool:
    return model.link is not None


class CompressedClassifier(ClassifierMixin, CompressedModel):  # type: ignore[misc]
    """classes: in the order of the scores' columns. link: how scores become probabilities; None if they do not."""

    classes: Array
    link: Link | None

    @property
    def classes_(self) -> Array:
        """The labels, in the order of the columns of scores and probabilities."""
        return self.classes

    def decision_function(self, X: Any) -> Array:
        """Return scores: (n_rows,) for two classes with one output, else (n_rows, n_outputs)."""
        scores = self._scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> Array:
        """Return the label (n_rows,) with the highest score."""
        return labels(self.decision_function(X), self.classes)

    @available_if(_has_link)
    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_rows, n_classes)."""
        return chances(self.link, self._scores(X))


class CompressedRegressor(RegressorMixin, CompressedModel):  # type: ignore[misc]
    """flat: whether it gives (n_rows,)."""

    flat: bool = False

    def predict(self, X: Any) -> Array:
        """Return the predicted values, (n_rows,) or (n_rows, n_outputs)."""
        values = self._scores(X)
        return np.asarray(values[:, 0] if self.flat else values)


def ending_in(pipeline: Pipeline, smaller: CompressedModel) -> Pipeline:
    """Return a pipeline with the same steps but for the last, whose columns are those of the model it is made of."""
    name, model = pipeline.steps[-1]
    if hasattr(model, "feature_names_in_"):
        smaller.feature_names_in_ = model.feature_names_in_
    compressed = copy.copy(pipeline)
    compressed.steps = [*pipeline.steps[:-1], (name, smaller)]
    return compressed
