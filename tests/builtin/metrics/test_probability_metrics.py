import inspect

import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.probability_metrics import Brier, LogLoss
from tests.builtin.metrics.metric_cases import SEEDS, classification

BOTH = [LogLoss(), Brier()]
#: scikit-learn's takes more than two classes, and probabilities of both of two, from version 1.7 on.
WIDE_BRIER = "scale_by_half" in inspect.signature(metrics.brier_score_loss).parameters


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_log_loss_is_scikit_learns(n_classes, complete, dtype):
    for seed in SEEDS:
        truth, said = classification(seed, n_classes, complete=complete)
        probabilities = said.probabilities.astype(dtype)
        theirs = metrics.log_loss(truth, probabilities, labels=said.classes)
        assert LogLoss().score(truth, Prediction(said.labels, said.classes, probabilities)) == theirs


@pytest.mark.skipif(not WIDE_BRIER, reason="scikit-learn before 1.7 has a score of two classes only")
@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_brier_is_scikit_learns(n_classes, complete, dtype):
    for seed in SEEDS:
        truth, said = classification(seed, n_classes, complete=complete)
        probabilities = said.probabilities.astype(dtype)
        theirs = metrics.brier_score_loss(truth, probabilities, labels=said.classes)
        assert Brier().score(truth, Prediction(said.labels, said.classes, probabilities)) == theirs


def test_brier_of_two_classes_is_the_squared_distance_of_the_second():
    truth, said = classification(0, 2)
    expected = metrics.brier_score_loss(truth == said.classes[1], said.probabilities[:, 1])
    assert Brier().score(truth, said) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("metric", "score"), [(LogLoss(), np.log(2)), (Brier(), 0.375)])
def test_classes_that_the_test_rows_lack_are_known(metric, score):
    probabilities = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    prediction = Prediction(np.array([0, 1]), np.array([0, 1, 2]), probabilities)
    assert metric.score(np.array([0, 1]), prediction) == pytest.approx(score)


@pytest.mark.fault("F81")
@pytest.mark.parametrize("metric", BOTH)
def test_a_class_that_no_training_row_had_is_an_error_with_the_counts(metric):
    _, said = classification(0, 2, n_rows=4)
    with pytest.raises(DataError, match=r"classes that no training row had \('tea': 2\)"):
        metric.score(np.array(["eggs", "ham", "tea", "tea"]), said)


@pytest.mark.fault("F25")
@pytest.mark.parametrize("metric", BOTH)
def test_probabilities_that_are_no_numbers_are_an_error(metric):
    said = Prediction(np.array([0, 1]), np.array([0, 1]), np.array([[0.5, 0.5], [np.nan, 1.0]]))
    with pytest.raises(DataError, match="the probabilities of 1 of 2 rows is NaN or infinite"):
        metric.score(np.array([0, 1]), said)


@pytest.mark.parametrize("metric", BOTH)
def test_numbers_outside_0_to_1_are_no_probabilities(metric):
    said = Prediction(np.array([0, 1]), np.array([0, 1]), np.array([[0.5, 0.5], [-0.5, 1.5]]))
    with pytest.raises(DataError, match=r"1 of 2 rows have probabilities outside 0 to 1, such as \[-0.5, 1.5\]"):
        metric.score(np.array([0, 1]), said)


@pytest.mark.parametrize("metric", BOTH)
def test_a_score_is_a_plain_number_of_which_less_is_better(metric):
    truth, said = classification(0, 2)
    assert type(metric.score(truth, said)) is float
    assert (metric.direction, metric.needs, metric.task) == ("minimize", "probabilities", "classification")
