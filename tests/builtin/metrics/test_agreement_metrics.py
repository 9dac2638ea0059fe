import warnings

import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.agreement_metrics import Accuracy, BalancedAccuracy, CohenKappa, MatthewsCorrelation
from tests.builtin.metrics.metric_cases import SEEDS, classification

EVERY = [Accuracy(), BalancedAccuracy(), MatthewsCorrelation(), CohenKappa()]


def balanced(truth, labels):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are predicted and not there
        return metrics.balanced_accuracy_score(truth, labels)


@pytest.mark.parametrize(
    ("metric", "theirs"),
    [
        (Accuracy(), metrics.accuracy_score),
        (BalancedAccuracy(), balanced),
        (MatthewsCorrelation(), metrics.matthews_corrcoef),
        (CohenKappa(), metrics.cohen_kappa_score),
    ],
)
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_scores_are_scikit_learns(metric, theirs, complete, n_classes):
    for seed in SEEDS:
        truth, said = classification(seed, n_classes, complete=complete)
        if n_classes == 2 and not complete and isinstance(metric, CohenKappa):
            continue  # truth of one class only, see below
        assert metric.score(truth, said) == theirs(truth, said.labels)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_kappa_weighs_errors_by_their_distance_among_all_classes(weights):
    """Between the classes 0 and 2 lies the class 1, even where there are no rows of it."""
    classes = np.arange(4)
    for seed in SEEDS:
        truth, labels = np.random.default_rng(seed).choice([0, 2, 3], size=(2, 30))
        theirs = metrics.cohen_kappa_score(truth, labels, labels=classes, weights=weights)
        assert CohenKappa(weights=weights).score(truth, Prediction(labels, classes)) == theirs
        assert theirs != metrics.cohen_kappa_score(truth, labels, weights=weights)


def test_predicting_one_class_throughout_is_no_correlation():
    truth = np.array([0, 1, 1, 0])
    assert MatthewsCorrelation().score(truth, Prediction(np.zeros(4, int), np.array([0, 1]))) == 0.0


def test_a_class_without_test_rows_is_left_out_of_the_balanced_accuracy_without_a_warning():
    truth, said = np.array(["a", "a", "b"]), np.array(["a", "c", "b"])
    assert BalancedAccuracy().score(truth, Prediction(said, np.array(["a", "b", "c"]))) == 0.75


@pytest.mark.fault("F81")
def test_agreement_on_the_one_class_there_is_has_no_kappa():
    one = np.array(["ham"] * 7)
    with pytest.raises(DataError, match="all 7 test rows are, and are predicted as, the class 'ham'"):
        CohenKappa().score(one, Prediction(one, np.array(["ham", "spam"])))


@pytest.mark.fault("F25")
@pytest.mark.parametrize("metric", EVERY)
def test_labels_that_are_no_numbers_have_no_score(metric):
    said = Prediction(np.array([1.0, np.nan]), np.array([0.0, 1.0]))
    with pytest.raises(DataError, match="the prediction of 1 of 2 rows is NaN or infinite"):
        metric.score(np.array([1.0, 0.0]), said)


@pytest.mark.parametrize("metric", EVERY)
def test_more_agreement_is_better_and_told_as_a_plain_number(metric):
    truth, said = classification(0, 2)
    assert type(metric.score(truth, said)) is float
    assert (metric.direction, metric.needs, metric.task) == ("maximize", "labels", "classification")
    assert metric.score(truth, Prediction(truth, said.classes)) == 1.0
