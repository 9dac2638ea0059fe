"""A model whose options are chosen on training rows: around it any cross-validation is a nested one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from statistics import fmean
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import KFold, ParameterGrid
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from runner.errors import ConfigError, did_you_mean
from runner.options import ModelDeclaration, Several
from runner_builtin.models.inner_models import checked_labels, divergence, stratified_folds

_WHERE = "model 'searched'"


def _fitted_has(method: str) -> Any:
    """Say whether the model inside has a method, before and after it is fitted."""
    return available_if(lambda self: hasattr(getattr(self, "best_model_", self.model), method))


class Searched(BaseEstimator):  # type: ignore[misc]
    """A model with the options that do best on folds of the training rows, fitted with them on all of these rows.

    The search sees training rows only. So scores on held-out rows are those of the whole procedure, search included,
    as a nested cross-validation has them (Varma & Simon, 2006).

    model: the model. grid: option -> values to choose from, every combination; an option of its optimizer or
    schedule is written "optimizer.learning_rate". folds: of the training rows, with the classes' shares where there
    are classes. metric: a scorer of scikit-learn by name; by default "accuracy" for classifiers, "r2" for regressors.
    Fitted: `chosen_`, `chosen_score_`, and `searched_`, each combination with its mean score; the first of equals
    is taken. A training that runs away is worse than any that does not. Raises ConfigError for a wrong option or
    metric, DataError where a class has fewer rows than folds.
    """

    best_model_: Any
    chosen_: dict[str, Any]
    chosen_score_: float
    searched_: list[dict[str, Any]]
    diverged_: Mapping[str, Any] | None

    def __init__(
        self,
        *,
        model: ModelDeclaration,
        grid: dict[str, list[Any]] | None = None,
        folds: Several = 3,
        metric: str | None = None,
        random_state: int | None = None,
    ) -> None:
        self.model = model
        self.grid = grid
        self.folds = folds
        self.metric = metric
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Choose and learn. X: (n_rows, n_columns) as the model takes it. y: (n_rows,) labels or values."""
        scorer = get_scorer(self._metric())
        parts = self._parts(X, y)
        self.searched_ = []
        for options in ParameterGrid(self.grid or {}):
            scores = [self._score(options, scorer, X, y, train, test) for train, test in parts]
            self.searched_.append({"options": options, "score": fmean(scores)})
        best = max(self.searched_, key=lambda one: one["score"])
        self.chosen_, self.chosen_score_ = best["options"], best["score"]
        self.best_model_ = self._with(self.chosen_).fit(X, y)
        self.diverged_ = divergence([self.best_model_])
        if is_classifier(self.model):
            self.classes_ = self.best_model_.classes_
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return (n_rows,) labels or values."""
        check_is_fitted(self)
        return self.best_model_.predict(X)  # type: ignore[no-any-return]

    @_fitted_has("predict_proba")
    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return (n_rows, n_classes)."""
        check_is_fitted(self)
        return self.best_model_.predict_proba(X)  # type: ignore[no-any-return]

    @_fitted_has("decision_function")
    def decision_function(self, X: Any) -> NDArray[Any]:
        """Return (n_rows,) for two classes, (n_rows, n_classes) for more."""
        check_is_fitted(self)
        return self.best_model_.decision_function(X)  # type: ignore[no-any-return]

    def _metric(self) -> str:
        metric = self.metric or ("accuracy" if is_classifier(self.model) else "r2")
        if metric not in get_scorer_names():
            near = did_you_mean(metric, get_scorer_names())
            raise ConfigError(f"model.metric {metric!r} is no scorer of scikit-learn. {near}")
        return metric

    def _parts(self, X: Any, y: Any) -> Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Part the training rows, the same way for every combination."""
        if is_classifier(self.model):
            labels = checked_labels(self, X, y, _WHERE)
            return list(stratified_folds(labels, self.folds, self.random_state, _WHERE).split(X, labels))
        return list(KFold(self.folds, shuffle=True, random_state=self.random_state).split(X))

    def _with(self, options: Mapping[str, Any]) -> Any:
        """Return an unfitted model with these options."""
        model = clone(self.model)
        try:
            return model.set_params(**{name.replace(".", "__"): value for name, value in options.items()})
        except ValueError as error:
            raise ConfigError(f"model.grid: {error}") from error

    def _score(
        self, options: Mapping[str, Any], scorer: Any, X: Any, y: Any, train: NDArray[Any], test: NDArray[Any]
    ) -> float:
        fitted = self._with(options).fit(_rows(X, train), y[train])
        score = -np.inf if getattr(fitted, "diverged_", None) else float(scorer(fitted, _rows(X, test), y[test]))
        return score if np.isfinite(score) else -np.inf

    def __sklearn_tags__(self) -> Any:
        tags, inner = super().__sklearn_tags__(), get_tags(self.model)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags, tags.regressor_tags = deepcopy(inner.classifier_tags), deepcopy(inner.regressor_tags)
        tags.target_tags.required = True
        tags.input_tags.sparse = inner.input_tags.sparse
        return tags


def _rows(X: Any, positions: NDArray[Any]) -> Any:
    return X.iloc[positions] if hasattr(X, "iloc") else X[positions]
