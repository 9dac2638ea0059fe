import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.confusion_metrics import ConfusionMatrix
from tests.builtin.metrics.metric_cases import SEEDS, classification


def test_the_confusion_matrix_follows_the_models_class_order():
    truth = np.array(["b", "b", "a", "b"])
    prediction = Prediction(np.array(["b", "a", "a", "b"]), np.array(["a", "b", "c"]))
    assert ConfusionMatrix().score(truth, prediction) == [[1, 0, 0], [1, 2, 0], [0, 0, 0]]
    assert ConfusionMatrix.direction is None


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("complete", [True, False], ids=["all classes", "one absent"])
def test_counts_and_shares_are_scikit_learns(normalize, complete):
    for seed in SEEDS:
        truth, said = classification(seed, 4, complete=complete)
        theirs = metrics.confusion_matrix(truth, said.labels, labels=said.classes, normalize=normalize)
        assert ConfusionMatrix(normalize=normalize).score(truth, said) == theirs.tolist()


def test_a_class_without_rows_has_shares_of_zero():
    truth = np.array(["a", "b"])
    shares = ConfusionMatrix(normalize="true").score(truth, Prediction(truth, np.array(["a", "b", "c"])))
    assert shares == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]


@pytest.mark.fault("F81")
def test_a_class_that_no_training_row_had_is_an_error_with_the_counts():
    truth = np.array(["eggs", "ham", "eggs"])
    with pytest.raises(DataError, match=r"classes that no training row had \('eggs': 2\)"):
        ConfusionMatrix().score(truth, Prediction(np.array(["ham"] * 3), np.array(["ham", "spam"])))
