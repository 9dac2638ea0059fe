import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.regression_metrics import MSE, R2, RMSE, ExplainedVariance
from tests.builtin.metrics.metric_cases import SEEDS, regression

EVERY = [
    (R2(), metrics.r2_score),
    (ExplainedVariance(), metrics.explained_variance_score),
    (MSE(), metrics.mean_squared_error),
    (RMSE(), metrics.root_mean_squared_error),
]
every = pytest.mark.parametrize(("metric", "theirs"), EVERY, ids=lambda it: type(it).__name__)


@every
def test_scores_are_scikit_learns(metric, theirs):
    for seed in SEEDS:
        truth, said = regression(seed)
        score = metric.score(truth, said)
        assert score == theirs(truth, said.labels)
        assert type(score) is float
    assert (metric.needs, metric.task) == ("values", "regression")


def test_only_the_explained_share_is_to_be_maximised():
    directions = [metric.direction for metric, _ in EVERY]
    assert directions == ["maximize", "maximize", "minimize", "minimize"]


@pytest.mark.parametrize(("metric", "name"), [(R2(), "r2"), (ExplainedVariance(), "explained_variance")])
def test_the_explained_share_of_one_row_is_an_error(metric, name):
    with pytest.raises(DataError, match=f"'{name}' needs two test rows, found 1"):
        metric.score(np.array([1.0]), Prediction(np.array([1.0])))


def test_an_error_that_is_the_same_for_all_rows_is_forgiven_by_the_explained_variance():
    truth = np.arange(5.0)
    assert ExplainedVariance().score(truth, Prediction(truth + 3)) == 1.0


@pytest.mark.fault("F25")
@every
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_an_error(metric, theirs, bad):
    with pytest.raises(DataError, match="the prediction of 1 of 3 rows is NaN or infinite"):
        metric.score(np.arange(3.0), Prediction(np.array([0.0, bad, 2.0])))


@pytest.mark.fault("F25")
def test_a_score_beyond_the_numbers_is_an_error():
    with pytest.raises(DataError, match="metric 'mse' is inf on these 2 test rows"):
        MSE().score(np.array([0.0, 1.0]), Prediction(np.array([1e200, 1.0])))
