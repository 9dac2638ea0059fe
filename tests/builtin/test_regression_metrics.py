import numpy as np
import pytest
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.regression_metrics import MAE, R2, RMSE

RNG = np.random.default_rng(0)
TRUTH, PREDICTION = RNG.normal(size=99), Prediction(RNG.normal(size=99))


@pytest.mark.parametrize(
    ("metric", "theirs"),
    [(R2(), metrics.r2_score), (RMSE(), metrics.root_mean_squared_error), (MAE(), metrics.mean_absolute_error)],
)
def test_scores_are_scikit_learns(metric, theirs):
    score = metric.score(TRUTH, PREDICTION)
    assert score == theirs(TRUTH, PREDICTION.labels)
    assert type(score) is float
    assert (metric.needs, metric.task) == ("values", "regression")


def test_only_the_explained_share_is_to_be_maximised():
    assert [metric.direction for metric in (R2, RMSE, MAE)] == ["maximize", "minimize", "minimize"]


def test_the_explained_share_of_one_row_is_an_error():
    with pytest.raises(DataError, match="'r2' needs two test rows, found 1"):
        R2().score(TRUTH[:1], Prediction(TRUTH[:1]))
