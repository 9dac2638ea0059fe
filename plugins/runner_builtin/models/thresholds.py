"""A classifier of two classes that says yes from the score on which did best, instead of from one half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import cross_val_predict
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from runner.errors import DataError
from runner.options import ModelDeclaration, Positive, Several
from runner_builtin.models.inner_models import checked_labels, divergence, stratified_folds
from runner_builtin.models.threshold_choice import best_threshold, metric_by_threshold

#: Points of the curve that is kept.
_POINTS = 200
_WHERE = "model 'tuned_threshold'"


class TunedThreshold(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of two classes whose threshold is the best for a metric, on training rows it was not fitted on.

    model: the classifier; it is fitted without each of the `folds` and scores that fold, and in the end it is fitted
    on all training rows. metric: what the threshold is to be best for. beta: for "f_beta", recall counts beta² times
    as much as precision. positive: the class said from the threshold on; None means the second of the two, in sorted
    order. Of equally good thresholds it takes the one nearest to the model's own. Raises DataError for more classes
    than two, or fewer rows of one than folds.
    """

    classes_: NDArray[Any]
    model_: Any
    threshold_: float
    diverged_: Mapping[str, Any] | None
    reached_: float  # the metric at the threshold, on the rows it was chosen by
    threshold_curve_: Mapping[str, Any]  # see `runner.contracts.Model`

    def __init__(
        self,
        *,
        model: ModelDeclaration,
        metric: Literal["accuracy", "balanced_accuracy", "f_beta", "kappa", "matthews"] = "balanced_accuracy",
        beta: Positive = 1.0,
        positive: str | int | float | bool | None = None,
        folds: Several = 5,
        random_state: int | None = None,
    ) -> None:
        self.model = model
        self.metric = metric
        self.beta = beta
        self.positive = positive
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n_rows, n_columns) as the model takes it. y: (n_rows,) labels of two classes."""
        labels = checked_labels(self, X, y, _WHERE)
        parts = stratified_folds(labels, self.folds, self.random_state, _WHERE)
        self.classes_ = np.unique(labels)
        _check_two(self.classes_, self.positive)
        unseen = cross_val_predict(self.model, X, labels, cv=parts, method=_method(self.model))
        is_positive = labels == self.classes_[self._side]
        scores = self._of_positive(unseen)
        self.threshold_, self.reached_ = best_threshold(
            scores, is_positive, metric=self.metric, beta=self.beta, usual=_usual(unseen)
        )
        self.threshold_curve_ = self._curve(scores, is_positive)
        self.model_ = clone(self.model).fit(X, labels)
        self.diverged_ = divergence([self.model_])
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the positive class where its score reaches the threshold, (n_rows,)."""
        says_yes = self._scores(X) >= self.threshold_
        return self.classes_[np.where(says_yes, self._side, 1 - self._side)]

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return by how much the second class is ahead, (n_rows,): 0 at the threshold."""
        ahead = self._scores(X) - self.threshold_
        return ahead if self._side else -ahead

    @available_if(lambda self: hasattr(self.model, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return the model's probabilities as they are, (n_rows, 2)."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)  # type: ignore[no-any-return]

    def _curve(self, scores: NDArray[np.float64], is_positive: NDArray[np.bool_]) -> dict[str, Any]:
        thresholds, reached = metric_by_threshold(scores, is_positive, metric=self.metric, beta=self.beta)
        # those outside of all scores, where every row gets one class, would stretch a picture
        inner = np.linspace(1, max(1, len(thresholds) - 2), min(_POINTS, len(thresholds))).astype(int)
        shown = np.unique(inner[inner < len(thresholds)])[::-1]
        return {
            "metric": self.metric,
            "positive": self.classes_.tolist()[self._side],
            "threshold": self.threshold_,
            "reached": self.reached_,
            "thresholds": thresholds[shown].tolist(),
            "values": reached[shown].tolist(),
        }

    @property
    def _side(self) -> int:
        """Position of the positive class."""
        return 1 if self.positive is None else self.classes_.tolist().index(self.positive)

    def _scores(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self._of_positive(getattr(self.model_, _method(self.model_))(X))

    def _of_positive(self, response: NDArray[Any]) -> NDArray[np.float64]:
        """Return (n_rows,) scores of the positive class, from probabilities or from scores of the second class."""
        if response.ndim == 2:
            return np.asarray(response[:, self._side], dtype=np.float64)
        return np.asarray(response if self._side else -response, dtype=np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.sparse = get_tags(self.model).input_tags.sparse
        return tags


def _check_two(classes: NDArray[Any], positive: Any) -> None:
    if len(classes) != 2:
        raise DataError(f"{_WHERE}: a threshold parts two classes, and the training rows have {len(classes)}.")
    if positive is not None and positive not in classes.tolist():
        raise DataError(f"{_WHERE}: positive is {positive!r}, and the classes are {classes.tolist()!r}.")


def _method(model: Any) -> str:
    return "predict_proba" if hasattr(model, "predict_proba") else "decision_function"


def _usual(response: NDArray[Any]) -> float:
    """Return the threshold that the model itself goes by: one half of a probability, 0 of a margin."""
    return 0.5 if response.ndim == 2 else 0.0
