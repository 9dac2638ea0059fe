"""The threshold chosen is the best of all that there are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from runner_builtin.models.threshold_choice import METRICS, best_threshold

THEIRS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f_beta": lambda truth, said: metrics.fbeta_score(truth, said, beta=2.0, zero_division=0),
    "kappa": metrics.cohen_kappa_score,
    "matthews": metrics.matthews_corrcoef,
}


def drawn(rows=200, seed=0, digits=2):
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < 0.3
    return np.round(np.clip(0.3 + 0.2 * truth + 0.2 * rng.normal(size=rows), 0, 1), digits), truth


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(3))
def test_no_other_threshold_does_better_by_scikit_learns_metric(metric, seed):
    scores, truth = drawn(seed=seed)
    threshold, reached = best_threshold(scores, truth, metric=metric, beta=2.0)
    assert reached == pytest.approx(THEIRS[metric](truth, scores >= threshold))
    tried = [THEIRS[metric](truth, scores >= one) for one in np.linspace(-0.01, 1.01, 409)]
    assert reached == pytest.approx(max(tried))


def test_a_threshold_lies_midway():
    scores, truth = np.array([0.1, 0.4, 0.8, 0.9]), np.array([False, False, True, True])
    assert best_threshold(scores, truth, metric="f_beta") == (pytest.approx(0.6), 1.0)


def test_of_equally_good_thresholds_the_nearest_to_the_usual_one_is_taken():
    scores, truth = np.array([0.1, 0.3, 0.5, 0.7]), np.array([False, True, False, True])
    at = [best_threshold(scores, truth, metric="balanced_accuracy", usual=usual)[0] for usual in (0.0, 1.0)]
    assert at == [pytest.approx(0.2), pytest.approx(0.6)]


def test_equal_scores_are_not_parted():
    scores, truth = np.array([0.5, 0.5, 0.5, 0.9]), np.array([True, False, False, True])
    threshold, reached = best_threshold(scores, truth, metric="accuracy")
    assert (threshold, reached) == (pytest.approx(0.7), 0.75)


def test_scores_next_to_each_other_are_parted():
    upper = np.nextafter(0.5, 1.0)
    scores, truth = np.array([0.5, upper]), np.array([False, True])
    assert best_threshold(scores, truth, metric="accuracy") == (upper, 1.0)


def test_where_no_score_helps_all_or_none_are_positive():
    scores, truth = np.array([0.2, 0.2, 0.2]), np.array([False, False, True])
    assert best_threshold(scores, truth, metric="accuracy")[0] > 0.2
    assert best_threshold(scores, truth, metric="f_beta")[0] < 0.2
