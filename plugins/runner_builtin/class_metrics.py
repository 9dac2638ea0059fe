"""Scores of classifications, equal to scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.errors import ConfigError, DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Average = Literal["auto", "binary", "macro", "micro", "weighted"]
Label = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Share of rows whose class is predicted."""

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, from 0 to 1."""
        return float(metrics.accuracy_score(truth, prediction.labels))


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Share of rows predicted as a class that are of it; 0 where none is predicted.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"). positive: None means the second of two classes, in sorted order.
    """

    average: Average = "auto"
    positive: Label | None = None

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, from 0 to 1."""
        return _averaged(metrics.precision_score, truth, prediction, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class Recall:
    """Share of a class's rows that are predicted as it; 0 where it has none.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"). positive: None means the second of two classes, in sorted order.
    """

    average: Average = "auto"
    positive: Label | None = None

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, from 0 to 1."""
        return _averaged(metrics.recall_score, truth, prediction, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class F1:
    """Harmonic mean of precision and recall; 0 where both are 0.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"). positive: None means the second of two classes, in sorted order.
    """

    average: Average = "auto"
    positive: Label | None = None

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, from 0 to 1."""
        return _averaged(metrics.f1_score, truth, prediction, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class ConfusionMatrix:
    """How many rows of each class (lines) were predicted as each class (columns), in the model's class order."""

    direction = None
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> list[Any]:
        """Return n_classes lists of n_classes counts."""
        classes = _classes(truth, prediction)
        _check_known(truth, classes, "confusion_matrix")
        counts: list[Any] = metrics.confusion_matrix(truth, prediction.labels, labels=classes).tolist()
        return counts


@dataclass(frozen=True, kw_only=True)
class RocAuc:
    """Chance that a row of a class is scored above one that is not; with more than two classes the mean over them.

    Of two classes the second counts, by the model's scores or else its probabilities. More are scored one
    against the rest (Provost and Domingos, 2000, unweighted), by probabilities or else scores. Raises
    DataError where a class has no test row.
    """

    direction = "maximize"
    needs = "scores"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the chance, from 0 to 1; 0.5 is guessing."""
        classes = _classes(truth, prediction)
        _check_known(truth, classes, "roc_auc")
        _check_all_there(truth, classes)
        if len(classes) == 2:
            return float(metrics.roc_auc_score(truth == classes[1], _second_class_scores(prediction)))
        scores = prediction.scores if prediction.probabilities is None else prediction.probabilities
        each = [
            metrics.roc_auc_score(truth == label, np.asarray(scores)[:, column])
            for column, label in enumerate(classes)
        ]
        return float(np.average(each))


@dataclass(frozen=True, kw_only=True)
class LogLoss:
    """Mean negative log of the probability given to the true class (natural logarithm)."""

    direction = "minimize"
    needs = "probabilities"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, from 0 up. Raises DataError for a class the model never saw."""
        classes = _classes(truth, prediction)
        _check_known(truth, classes, "log_loss")
        return float(metrics.log_loss(truth, prediction.probabilities, labels=classes))


def _classes(truth: NDArray[Any], prediction: Prediction) -> NDArray[Any]:
    if prediction.classes is not None:
        return np.asarray(prediction.classes)
    return np.unique(np.concatenate([truth, prediction.labels]))


def _averaged(
    score: Callable[..., Any], truth: NDArray[Any], prediction: Prediction, average: str, positive: Any
) -> float:
    classes = _classes(truth, prediction)
    binary = average == "binary" or (average == "auto" and len(classes) == 2)
    if not binary:
        if positive is not None:
            raise ConfigError(
                f"positive: {positive!r} means nothing to an average over {len(classes)} classes (average "
                f"{average!r}); leave it out."
            )
        wide = "macro" if average == "auto" else average
        return float(score(truth, prediction.labels, average=wide, zero_division=0))
    label = _positive(classes, positive)
    # the mean over this one class is its binary score, and needs no second class in the test rows
    return float(score(truth, prediction.labels, labels=[label], average="macro", zero_division=0))


def _positive(classes: NDArray[Any], positive: Any) -> Any:
    known = classes.tolist()
    if len(known) != 2:
        raise ConfigError(
            f"average: 'binary' is for two classes, found {len(known)} ({', '.join(map(repr, known[:10]))}). "
            f"Use 'macro', 'micro' or 'weighted'."
        )
    if positive is not None and positive not in known:
        raise ConfigError(f"positive: {positive!r} is no class; the classes are {known[0]!r} and {known[1]!r}.")
    return known[1] if positive is None else positive


def _check_known(truth: NDArray[Any], classes: NDArray[Any], name: str) -> None:
    unknown = truth[~np.isin(truth, classes)]
    if len(unknown):
        raise DataError(
            f"metric {name!r}: test rows are of classes that no training row had ({_told(unknown)}). "
            f"Use a stratified splitter, or drop these classes."
        )


def _check_all_there(truth: NDArray[Any], classes: NDArray[Any]) -> None:
    absent = [label for label in classes.tolist() if label not in set(truth.tolist())]
    if absent:
        raise DataError(
            f"metric 'roc_auc' compares each class with the others, but among {len(truth)} test rows there is none "
            f"of {', '.join(map(repr, absent[:10]))} (found {_told(truth)}). "
            f"Use a stratified splitter or fewer folds."
        )


def _second_class_scores(prediction: Prediction) -> Any:
    return prediction.scores if prediction.scores is not None else np.asarray(prediction.probabilities)[:, 1]


def _told(labels: NDArray[Any]) -> str:
    values, counts = np.unique(labels, return_counts=True)
    return ", ".join(f"{value!r}: {count}" for value, count in zip(values.tolist(), counts, strict=True))
