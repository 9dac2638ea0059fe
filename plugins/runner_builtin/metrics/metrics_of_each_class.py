"""Scores of one class or of all together, from what is scored for each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Prediction
from runner.errors import ConfigError
from runner_builtin.metrics.metrics_checks import check_numbers, classes_of, known_classes
from runner_builtin.metrics.metrics_of_resamples import confusions, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


def scored_classes(
    name: str,
    score: Callable[..., Any],
    truth: NDArray[Any],
    prediction: Prediction,
    average: str | None,
    positive: Any,
) -> float | list[Any]:
    """Return one number, or one for each class where average is None. score: scikit-learn's. Raises ConfigError."""
    check_numbers(name, truth=truth, prediction=prediction.labels)
    if average is None:
        classes = known_classes(truth, prediction, name)
        _check_no_positive(positive, classes, average)
        each: list[Any] = score(truth, prediction.labels, labels=classes, average=None, zero_division=0).tolist()
        return each
    classes = classes_of(truth, prediction)
    label = _positive(classes, average, positive)
    if label is None:
        return float(score(truth, prediction.labels, average=_wide(average), zero_division=0))
    # the mean over this one class is its binary score, and needs no second class in the test rows
    return float(score(truth, prediction.labels, labels=[label], average="macro", zero_division=0))


def resampled_classes(
    weights: tuple[float, float],
    truth: NDArray[Any],
    prediction: Prediction,
    counts: NDArray[np.float64],
    average: str | None,
    positive: Any,
) -> NDArray[np.float64]:
    """Return the F-score of each resample. weights: how much a row of the class, and one predicted as it, counts."""
    of_truth, of_predicted = weights
    label = _positive(classes_of(truth, prediction), str(average), positive)
    found = np.unique(np.concatenate([truth, prediction.labels]))
    confusion = confusions(truth, prediction.labels, found, counts)
    hits, true, predicted = confusion.diagonal(axis1=1, axis2=2), confusion.sum(axis=2), confusion.sum(axis=1)
    if label is not None:
        hits, true, predicted = (each[:, found == label].sum(axis=1) for each in (hits, true, predicted))
    elif average == "micro":
        hits, true, predicted = (each.sum(axis=1) for each in (hits, true, predicted))
    weighed = of_truth * true + of_predicted * predicted
    scores = ratio((of_truth + of_predicted) * hits, weighed, nothing=0.0)
    if scores.ndim == 1:
        return scores
    parts = true if average == "weighted" else (true + predicted > 0).astype(np.float64)
    return ratio((scores * parts).sum(axis=1), parts.sum(axis=1))


def _wide(average: str) -> str:
    return "macro" if average == "auto" else average


def _positive(classes: NDArray[Any], average: str, positive: Any) -> Any:
    """Return the class that counts; None where all do. Raises ConfigError where the options say neither."""
    if average != "binary" and not (average == "auto" and len(classes) == 2):
        _check_no_positive(positive, classes, average)
        return None
    known = classes.tolist()
    if len(known) != 2:
        raise ConfigError(
            f"average: 'binary' is for two classes, found {len(known)} ({', '.join(map(repr, known[:10]))}). "
            f"Use 'macro', 'micro' or 'weighted'."
        )
    if positive is not None and positive not in known:
        raise ConfigError(f"positive: {positive!r} is no class; the classes are {known[0]!r} and {known[1]!r}.")
    return known[1] if positive is None else positive


def _check_no_positive(positive: Any, classes: NDArray[Any], average: str | None) -> None:
    if positive is not None:
        raise ConfigError(
            f"positive: {positive!r} means nothing to an average over {len(classes)} classes (average "
            f"{average!r}); leave it out."
        )
