import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.absolute_error_metrics import MAE, MAPE, MaxError, MedianAbsoluteError, Pinball
from tests.builtin.metrics.metric_cases import SEEDS, regression

EVERY = [
    (MAE(), metrics.mean_absolute_error),
    (MAPE(), metrics.mean_absolute_percentage_error),
    (MedianAbsoluteError(), metrics.median_absolute_error),
    (MaxError(), metrics.max_error),
    (Pinball(), metrics.mean_pinball_loss),
]
every = pytest.mark.parametrize(("metric", "theirs"), EVERY, ids=lambda it: type(it).__name__)


@every
def test_scores_are_scikit_learns(metric, theirs):
    for seed in SEEDS:
        truth, said = regression(seed)
        score = metric.score(truth, said)
        assert score == theirs(truth, said.labels)
        assert type(score) is float
    assert (metric.direction, metric.needs, metric.task) == ("minimize", "values", "regression")


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.9, 1.0])
def test_every_quantile_has_scikit_learns_loss(alpha):
    truth, said = regression(4)
    expected = metrics.mean_pinball_loss(truth, said.labels, alpha=alpha)
    assert Pinball(alpha=alpha).score(truth, said) == expected


def test_of_nothing_there_are_no_percent():
    with pytest.raises(DataError, match="'mape' divides by the true value, which is 0 in 2 of 3 test rows"):
        MAPE().score(np.array([0.0, 1.0, -0.0]), Prediction(np.ones(3)))


@pytest.mark.fault("F25")
@every
def test_values_that_are_no_numbers_are_an_error(metric, theirs):
    with pytest.raises(DataError, match="the truth of 1 of 2 rows is NaN or infinite"):
        metric.score(np.array([1.0, np.nan]), Prediction(np.ones(2)))
