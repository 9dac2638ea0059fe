"""How well a model's scores rank the rows of a class above the others, equal to scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner_builtin.metrics.metrics_checks import check_all_there, check_numbers, known_classes
from runner_builtin.metrics.metrics_of_resamples import area_under_roc, average_precision, means

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class RocAuc:
    """Chance that a row of a class is scored above one that is not; with more than two classes the mean over them.

    Of two classes the second counts, by the model's scores or else its probabilities; more than two by
    probabilities or else scores. multi_class: "ovr" scores each class against the rest (Provost and Domingos, 2000),
    "ovo" each pair of classes in both directions (Hand and Till, 2001). average: "weighted" counts a class, or a
    pair, by its rows. Raises DataError where a class has no test row.
    """

    multi_class: Literal["ovr", "ovo"] = "ovr"
    average: Literal["macro", "weighted"] = "macro"

    direction = "maximize"
    needs = "scores"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the chance, from 0 to 1; 0.5 is guessing."""
        classes, scores = _classes_and_scores(truth, prediction, "roc_auc")
        if scores.ndim == 1:
            return float(metrics.roc_auc_score(truth == classes[1], scores))
        if self.multi_class == "ovo":
            return self._of_pairs(truth, classes, scores)
        return _of_classes(metrics.roc_auc_score, truth, classes, scores, self.average)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample, NaN for those that lack a class. counts: (n_resamples, n_rows)."""
        classes, scores = _classes_and_scores(truth, prediction, "roc_auc")
        if scores.ndim == 1 or self.multi_class == "ovr":
            return _resampled_classes(area_under_roc, truth, classes, scores, counts, self.average)
        areas, shares = [], []
        for first, second in combinations(range(len(classes)), 2):
            of_first, there = truth == classes[first], np.isin(truth, classes[[first, second]])
            drawn = counts[:, there]
            one = area_under_roc(of_first[there], scores[there, first], drawn)
            other = area_under_roc(~of_first[there], scores[there, second], drawn)
            areas.append((one + other) / 2)
            shares.append(means(there, counts))
        return _averaged(areas, shares, self.average)

    def _of_pairs(self, truth: NDArray[Any], classes: NDArray[Any], scores: NDArray[Any]) -> float:
        areas, shares = [], []
        for first, second in combinations(range(len(classes)), 2):
            of_first, of_second = truth == classes[first], truth == classes[second]
            there = of_first | of_second
            one = metrics.roc_auc_score(of_first[there], scores[there, first])
            other = metrics.roc_auc_score(of_second[there], scores[there, second])
            areas.append((one + other) / 2)
            shares.append(np.average(there))
        return float(np.average(areas, weights=shares if self.average == "weighted" else None))


@dataclass(frozen=True, kw_only=True)
class PrAuc:
    """Mean precision over the rows of a class, found in the order of their scores (average precision).

    The step-wise area under the precision-recall curve, without the interpolation that flatters it (Davis and
    Goadrich, 2006). Of two classes the second counts, by the model's scores or else its probabilities; more than two
    each against the rest, by probabilities or else scores. average: "weighted" counts a class by its rows. Raises
    DataError where a class has no test row.
    """

    average: Literal["macro", "weighted"] = "macro"

    direction = "maximize"
    needs = "scores"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the mean, from 0 to 1; the share of the class is guessing."""
        classes, scores = _classes_and_scores(truth, prediction, "pr_auc")
        if scores.ndim == 1:
            return float(metrics.average_precision_score(truth == classes[1], scores))
        return _of_classes(metrics.average_precision_score, truth, classes, scores, self.average)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample, NaN for those that lack a class. counts: (n_resamples, n_rows)."""
        classes, scores = _classes_and_scores(truth, prediction, "pr_auc")
        return _resampled_classes(average_precision, truth, classes, scores, counts, self.average)


def scores_of(prediction: Prediction, n_classes: int) -> NDArray[Any]:
    """Return what ranks the rows: (n_rows,) of two classes for the second, else (n_rows, n_classes)."""
    if n_classes == 2:
        second = prediction.scores
        return np.asarray(np.asarray(prediction.probabilities)[:, 1] if second is None else second)
    return np.asarray(prediction.scores if prediction.probabilities is None else prediction.probabilities)


def _classes_and_scores(
    truth: NDArray[Any], prediction: Prediction, metric: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    check_numbers(metric, truth=truth)
    classes = known_classes(truth, prediction, metric)
    check_all_there(truth, classes, metric)
    scores = scores_of(prediction, len(classes))
    check_numbers(metric, scores=scores)
    return classes, scores


def _of_classes(
    score: Callable[..., Any], truth: NDArray[Any], classes: NDArray[Any], scores: NDArray[Any], average: str
) -> float:
    """Return the mean over the classes, each against the rest."""
    masks = [truth == label for label in classes]
    each = [score(mask, scores[:, column]) for column, mask in enumerate(masks)]
    return float(np.average(each, weights=[mask.sum() for mask in masks] if average == "weighted" else None))


def _resampled_classes(
    score: Callable[..., NDArray[np.float64]],
    truth: NDArray[Any],
    classes: NDArray[Any],
    scores: NDArray[Any],
    counts: NDArray[np.float64],
    average: str,
) -> NDArray[np.float64]:
    if scores.ndim == 1:
        return score(truth == classes[1], scores, counts)
    each = [score(truth == label, scores[:, column], counts) for column, label in enumerate(classes)]
    shares = [means(truth == label, counts) for label in classes]
    return _averaged(each, shares, average)


def _averaged(
    each: Sequence[NDArray[np.float64]], shares: Sequence[NDArray[np.float64]], average: str
) -> NDArray[np.float64]:
    """Average over classes or pairs, NaN where one of them is. each, shares: per class, (n_resamples,)."""
    weights = np.asarray(shares) if average == "weighted" else np.ones((len(each), 1))
    return np.asarray((np.asarray(each) * weights).sum(axis=0) / weights.sum(axis=0))
