"""How good predicted probabilities are, equal to scikit-learn's: proper scores, best where they are the true ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.metrics_checks import check_numbers, known_classes
from runner_builtin.metrics.metrics_of_resamples import means, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class LogLoss:
    """Mean negative log of the probability given to the true class (natural logarithm).

    A probability of 0 or 1 counts as the closest one that its type can hold, as in scikit-learn.
    """

    direction = "minimize"
    needs = "probabilities"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, from 0 up. Raises DataError for a class the model never saw."""
        classes, probabilities = probabilities_of(truth, prediction, "log_loss")
        return float(metrics.log_loss(truth, probabilities, labels=classes))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        classes, probabilities = probabilities_of(truth, prediction, "log_loss")
        given = probabilities[np.arange(len(truth)), positions(truth, classes)]
        smallest = np.finfo(probabilities.dtype).eps
        return means(-np.log(np.clip(given, smallest, 1 - smallest)), counts)


@dataclass(frozen=True, kw_only=True)
class Brier:
    """Mean squared distance between the probabilities and the truth, 1 for the true class and 0 for others.

    Summed over the classes (Brier, 1950), from 0 to 2; of two classes the half of it, from 0 to 1.
    """

    direction = "minimize"
    needs = "probabilities"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, 0 at best. Raises DataError for a class the model never saw."""
        distances, scale = _distances(truth, prediction)
        return float(np.average(distances) * scale)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        distances, scale = _distances(truth, prediction)
        return means(distances, counts) * scale


def probabilities_of(
    truth: NDArray[Any], prediction: Prediction, metric: str
) -> tuple[NDArray[Any], NDArray[np.floating[Any]]]:
    """Return the classes and (n_rows, n_classes) probabilities. Raises DataError for what are none."""
    check_numbers(metric, truth=truth, probabilities=prediction.probabilities)
    probabilities = np.asarray(prediction.probabilities)
    outside = ((probabilities < 0) | (probabilities > 1)).any(axis=1)
    if outside.any():
        worst = probabilities[outside][0].tolist()
        raise DataError(
            f"metric {metric!r}: {np.count_nonzero(outside)} of {len(truth)} rows have probabilities outside 0 to 1, "
            f"such as {worst[:10]!r}. Choose a model that gives probabilities."
        )
    return known_classes(truth, prediction, metric), probabilities


def _distances(truth: NDArray[Any], prediction: Prediction) -> tuple[NDArray[np.floating[Any]], float]:
    # scikit-learn's own takes more than two classes only from version 1.7 on
    classes, probabilities = probabilities_of(truth, prediction, "brier")
    hot = positions(truth, classes)[:, None] == np.arange(len(classes))
    distances = np.sum((hot.astype(probabilities.dtype) - probabilities) ** 2, axis=1)
    return distances, 0.5 if len(classes) == 2 else 1.0
