"""How far the predicted classes agree with the true ones, in one number, equal to scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.metrics_checks import check_numbers, known_classes
from runner_builtin.metrics.metrics_of_resamples import confusions, means, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Share of rows whose class is predicted; of rows with several labels, whose labels are all right."""

    label_sets = None
    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, from 0 to 1."""
        check_numbers("accuracy", truth=truth, prediction=prediction.labels)
        return float(metrics.accuracy_score(truth, prediction.labels))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return means(truth == prediction.labels, counts)


@dataclass(frozen=True, kw_only=True)
class BalancedAccuracy:
    """Mean over the classes of the share of their rows that is predicted; each class counts the same.

    A class of which there is no test row has no share and is left out, as in scikit-learn.
    """

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, from 0 to 1; 1 / n_classes is guessing."""
        check_numbers("balanced_accuracy", truth=truth, prediction=prediction.labels)
        # the mean recall of the classes that are there: balanced_accuracy_score warns of the others
        shares = metrics.recall_score(truth, prediction.labels, labels=np.unique(truth), average=None)
        return float(np.mean(shares))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        confusion = _confusions(truth, prediction, counts)
        true = confusion.sum(axis=2)
        shares = ratio(confusion.diagonal(axis1=1, axis2=2), true, nothing=0.0)
        return np.asarray(shares.sum(axis=1) / (true > 0).sum(axis=1))


@dataclass(frozen=True, kw_only=True)
class MatthewsCorrelation:
    """Correlation between true and predicted classes (Gorodkin, 2004); 0 where either is one class throughout."""

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the correlation, from -1 to 1; 0 is guessing."""
        check_numbers("mcc", truth=truth, prediction=prediction.labels)
        return float(metrics.matthews_corrcoef(truth, prediction.labels))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        confusion = _confusions(truth, prediction, counts)
        true, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
        rows, hits = true.sum(axis=1), confusion.diagonal(axis1=1, axis2=2).sum(axis=1)
        common = hits * rows - (true * predicted).sum(axis=1)
        spread = (rows**2 - (true**2).sum(axis=1)) * (rows**2 - (predicted**2).sum(axis=1))
        return ratio(common, np.sqrt(spread), nothing=0.0)


@dataclass(frozen=True, kw_only=True)
class CohenKappa:
    """Agreement beyond what chance would give (Cohen, 1960).

    weights: how much worse a further class is, for classes with an order, which is then their sorted one: None
    counts every error the same, "linear" and "quadratic" by the distance. Raises DataError where truth and
    prediction are all of one class, and agree by chance alone.
    """

    weights: Literal["linear", "quadratic"] | None = None

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the agreement, 1 at best; 0 is chance."""
        check_numbers("cohen_kappa", truth=truth, prediction=prediction.labels)
        classes = known_classes(truth, prediction, "cohen_kappa")
        if (truth == truth[0]).all() and (prediction.labels == truth[0]).all():
            label = truth[:1].tolist()[0]
            raise DataError(
                f"metric 'cohen_kappa': all {len(truth)} test rows are, and are predicted as, the class {label!r}, "
                f"which chance would do as well. Use a stratified splitter or fewer folds."
            )
        # the distance of two classes counts those between them, whether or not they are there
        labels = classes if self.weights else None
        return float(metrics.cohen_kappa_score(truth, prediction.labels, labels=labels, weights=self.weights))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample, NaN for those of one class. counts: (n_resamples, n_rows)."""
        classes = known_classes(truth, prediction, "cohen_kappa")
        confusion = confusions(truth, prediction.labels, classes, counts)
        true, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
        expected = true[:, :, None] * predicted[:, None, :] / true.sum(axis=1)[:, None, None]
        weights = self._costs(len(classes))
        return 1 - ratio((confusion * weights).sum(axis=(1, 2)), (expected * weights).sum(axis=(1, 2)))

    def _costs(self, n_classes: int) -> NDArray[np.float64]:
        places = np.arange(n_classes, dtype=np.float64)
        distance = np.abs(places[:, None] - places)
        if self.weights is None:
            return np.sign(distance)
        return distance if self.weights == "linear" else distance**2


def _confusions(truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.unique(np.concatenate([truth, prediction.labels]))
    return confusions(truth, prediction.labels, found, counts)
