"""Any score that scikit-learn has, by its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from runner.data import Prediction
from runner.errors import ConfigError, DataError, did_you_mean
from runner.label_sets import all_labels, indicator
from runner_builtin.metrics.metrics_checks import check_numbers, finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

Response = str | tuple[str, ...]

_BY_SCORES: Response = ("decision_function", "predict_proba")
#: The second parameter of a metric function -> which method of a model it wants the answer of.
_RESPONSES: Mapping[str, Response] = {
    "y_pred": "predict",
    "y_score": _BY_SCORES,
    "y_proba": "predict_proba",
    "y_prob": "predict_proba",
    "pred_decision": "decision_function",
}
#: Functions that call probabilities `y_pred` in older versions of scikit-learn.
_OF_PROBABILITIES = frozenset({"log_loss", "d2_log_loss_score"})
#: How a function's name ends -> its direction, by scikit-learn's convention.
_DIRECTIONS: Mapping[str, Literal["maximize", "minimize"]] = {
    "score": "maximize",
    "error": "minimize",
    "loss": "minimize",
    "deviance": "minimize",
}


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """Score by a scorer of scikit-learn (`f1_macro`, `neg_log_loss`) or a function of its `sklearn.metrics`.

    name: of a scorer (`sklearn.metrics.get_scorer_names()`), of which more is better, losses being negative; or of a
    function of true and predicted values, such as `hamming_loss`, of which more is better where it ends in `_score`,
    and less where it ends in `_loss`, `_error` or `_deviance`. options: what the function is given besides, such as
    `{pos_label: spam}`. label_sets: rows have several labels, as the model `multilabel` gives them; scikit-learn sees
    a table (n_rows, n_labels), as `f1_micro`, `jaccard_samples` and `hamming_loss` can. Raises ConfigError for a name
    or an option that scikit-learn does not know, DataError where it refuses the rows.
    """

    name: str
    options: dict[str, Any] | None = None
    label_sets: bool = False

    @property
    def direction(self) -> Literal["maximize", "minimize"]:
        """Say whether more or less is better."""
        return self._chosen.direction

    @property
    def needs(self) -> Literal["labels", "probabilities", "scores", "values"]:
        """Say which part of a prediction is read."""
        if self._chosen.response == "predict":
            return "values" if self.task == "regression" else "labels"
        return "probabilities" if self._chosen.response == "predict_proba" else "scores"

    @property
    def task(self) -> Literal["classification", "regression"]:
        """Say what is predicted."""
        in_regression = self._chosen.function.__module__.endswith("_regression")
        return "regression" if in_regression else "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return what scikit-learn gives."""
        if self.label_sets:
            truth, prediction = _as_tables(truth, prediction)
        said = _said(prediction)
        if self._chosen.response == "decision_function" and prediction.scores is None:
            raise ConfigError(f"metric {self.name!r} needs a decision function, and the model has none.")
        check_numbers(self.name, truth=truth, prediction=prediction.labels)
        try:
            score = self._chosen.scorer(said, np.zeros((len(truth), 1)), truth)
        except ValueError as error:
            raise DataError(
                f"scikit-learn's {self.name!r} refuses these {len(truth)} test rows: {error} "
                f"(what it is given besides is the option 'options')"
            ) from error
        return finite(self.name, score, len(truth))

    @cached_property
    def _chosen(self) -> _Chosen:
        options = self.options or {}
        return _by_scorer(self.name, options) or _by_function(self.name, options)


@dataclass(frozen=True)
class _Chosen:
    """What a name means. scorer: called with an estimator, features and truth; response: see `_RESPONSES`."""

    scorer: Callable[..., Any]
    function: Callable[..., Any]
    response: Response
    direction: Literal["maximize", "minimize"]


class _Says(BaseEstimator):
    """A model that has said already what there is to say of the rows."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction

    @property
    def classes_(self) -> Any:
        return np.asarray(self.prediction.classes)

    def predict(self, X: Any) -> Any:
        return self.prediction.labels

    @available_if(lambda self: self.prediction.probabilities is not None)
    def predict_proba(self, X: Any) -> Any:
        return self.prediction.probabilities

    @available_if(lambda self: self.prediction.scores is not None)
    def decision_function(self, X: Any) -> Any:
        return self.prediction.scores


class _SaysClasses(ClassifierMixin, _Says):
    """Of classes."""


class _SaysValues(RegressorMixin, _Says):
    """Of values."""


def _as_tables(truth: NDArray[Any], prediction: Prediction) -> tuple[NDArray[Any], Prediction]:
    """Return truth and labels as tables of 0 and 1, (n_rows, n_labels). Raises DataError for an unknown label."""
    classes = np.asarray(prediction.classes)
    unknown = np.setdiff1d(all_labels(truth), classes)
    if len(unknown):
        raise DataError(
            f"test rows have labels that no training row had ({', '.join(map(repr, unknown[:10].tolist()))}). "
            "Take fewer folds or a larger training part, or drop these labels."
        )
    labels = indicator(prediction.labels, classes).astype(int)
    return indicator(truth, classes).astype(int), replace(prediction, labels=labels)


def _said(prediction: Prediction) -> _Says:
    return _SaysValues(prediction) if prediction.classes is None else _SaysClasses(prediction)


def _by_scorer(name: str, options: Mapping[str, Any]) -> _Chosen | None:
    """Return what a scorer's name means; None where it is the name of none, or of a function with more options."""
    if name not in metrics.get_scorer_names():
        return None
    known = metrics.get_scorer(name)
    # not public, and the same since scikit-learn 1.4
    function, response, more_is_better = known._score_func, known._response_method, known._sign > 0
    _check_function(name, function, options)
    given = {**known._kwargs, **options}
    scorer = metrics.make_scorer(function, response_method=response, greater_is_better=more_is_better, **given)
    return _Chosen(scorer, function, response, "maximize")


def _by_function(name: str, options: Mapping[str, Any]) -> _Chosen:
    function = getattr(metrics, name, None) if name in metrics.__all__ else None
    direction = _DIRECTIONS.get(name.rpartition("_")[2])
    if function is None or direction is None:
        raise ConfigError(
            f"name: {name!r} is neither a scorer nor a score of scikit-learn. "
            f"{did_you_mean(name, [*metrics.get_scorer_names(), *metrics.__all__])} "
            f"'sklearn.metrics.get_scorer_names()' lists the scorers."
        )
    second = _check_function(name, function, options)
    response = "predict_proba" if name in _OF_PROBABILITIES else _RESPONSES[second]
    return _Chosen(metrics.make_scorer(function, response_method=response, **options), function, response, direction)


def _check_function(name: str, function: Callable[..., Any], options: Mapping[str, Any]) -> str:
    """Return the name of the second parameter. Raises ConfigError for what is no score of predictions."""
    first, second, *others = inspect.signature(function).parameters
    if first != "y_true" or second not in _RESPONSES:
        raise ConfigError(
            f"name: {name!r} takes ({first}, {second}) and not the truth and a prediction (y_true, y_pred or "
            f"y_score). Choose a score of classifications or regressions."
        )
    unknown = [option for option in options if option not in others]
    if unknown:
        raise ConfigError(
            f"options: {unknown[0]!r} is no option of {function.__name__!r}; it has {', '.join(others)}. "
            f"{did_you_mean(unknown[0], others)}"
        )
    return second
