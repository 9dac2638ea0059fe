"""Classifiers trained by gradients: labels to class positions, and scores back to labels."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from runner.learn import Family
from runner_builtin.models.gradient_models import (
    GradientModel,
    Params,
    Problem,
    UnfitData,
    checked_weights,
    learns_in_parts,
)

Array = NDArray[Any]


class GradientClassifier(ClassifierMixin, GradientModel):
    """One score for two classes, one for each of more. Fitted: `classes_`, beside what every gradient model has."""

    class_weight: Literal["balanced"] | None

    def _family(self, n_classes: int) -> Family:
        """Return what is trained."""
        raise NotImplementedError

    def _keep(self, params: Params) -> None:
        """Store the parameters of one trial."""
        raise NotImplementedError

    def _scores(self, X: Any) -> Array:
        """Return scores (n_rows, n_outputs)."""
        raise NotImplementedError

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from X (n_rows, n_features), dense or CSR, and labels y (n_rows,) of at least two classes."""
        self._take(self._learn(self._pose(X, y, sample_weight)))
        return self

    def _pose(self, X: Any, y: Any, sample_weight: Any = None) -> Problem:
        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        self.__dict__.pop("training_state_", None)
        self.classes_, positions = np.unique(y, return_inverse=True)
        self._check_classes(len(y))
        weights = checked_weights(sample_weight, len(y))
        if self.class_weight is not None:
            balanced = compute_sample_weight(self.class_weight, y)
            weights = balanced if weights is None else weights * balanced
        return self._problem(X, positions, weights)

    def _take(self, params: Params) -> None:
        self._keep(params)

    @available_if(learns_in_parts)
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn for one epoch more. classes: all labels there will be, at the first call; those of y otherwise."""
        begins = not hasattr(self, "training_state_")
        X, y = validate_data(self, X, y, accept_sparse="csr", reset=begins)
        check_classification_targets(y)
        if begins:
            self.classes_ = np.unique(y if classes is None else classes)
            self._check_classes(len(y))
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise UnfitData(
                f"Label {unknown.tolist()[0]!r} is none of the classes of the first call, "
                f"{self.classes_.tolist()!r}. Give all of them to the first partial_fit by classes=."
            )
        weights = checked_weights(sample_weight, len(y))
        self._keep(self._learn_on(self._problem(X, np.searchsorted(self.classes_, y), weights)))
        return self

    def decision_function(self, X: Any) -> Array:
        """Return scores: (n_rows,) for two classes, above 0 for the second; (n_rows, n_classes) for more."""
        scores = self._scores(self._checked(X))
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> Array:
        """Return the label (n_rows,) with the highest score."""
        return labels(self.decision_function(X), self.classes_)

    def _problem(self, X: Any, positions: Array, weights: Array | None) -> Problem:
        n_classes, seeds = len(self.classes_), self._seeds()
        return Problem(
            family=self._family(n_classes),
            X=X,
            targets=positions,
            n_outputs=1 if n_classes == 2 else n_classes,
            weights=weights,
            seeds=seeds,
            l1=getattr(self, "l1", 0.0),
            held_out=self._put_aside(len(positions), seeds[2], positions),
        )

    def _check_classes(self, n_rows: int) -> None:
        if len(self.classes_) < 2:
            raise UnfitData(
                f"All {n_rows} training rows are of one class, {self.classes_.tolist()[0]!r}; {type(self).__name__} "
                "needs at least two. Look at the target, the cleaners and the splitter."
            )


def labels(scores: Array, classes: Array) -> Array:
    """Return the class with the highest score. scores: as a decision function gives them."""
    positions = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
    return np.asarray(classes[positions])


def probabilities(scores: Array) -> Array:
    """Return softmax probabilities (n_rows, n_classes). scores: as a decision function gives them."""
    if scores.ndim == 1:
        second = 0.5 * (1 + np.tanh(0.5 * scores))
        return np.column_stack([1 - second, second])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
