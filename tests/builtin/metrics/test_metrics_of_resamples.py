import numpy as np
import pytest

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics import metrics_of_resamples as resamples
from runner_builtin.metrics.absolute_error_metrics import MAE, MAPE, MaxError, MedianAbsoluteError, Pinball
from runner_builtin.metrics.agreement_metrics import Accuracy, BalancedAccuracy, CohenKappa, MatthewsCorrelation
from runner_builtin.metrics.calibration_metrics import ExpectedCalibrationError
from runner_builtin.metrics.class_metrics import F1, FBeta, Precision, Recall
from runner_builtin.metrics.probability_metrics import Brier, LogLoss
from runner_builtin.metrics.ranking_metrics import PrAuc, RocAuc
from runner_builtin.metrics.regression_metrics import MSE, R2, RMSE, ExplainedVariance
from runner_builtin.metrics.top_k_metrics import TopK
from tests.builtin.metrics.metric_cases import classification, regression, repeated

AVERAGES = ("auto", "macro", "micro", "weighted")
OF_CLASSES = [
    *(metric(average=average) for metric in (Precision, Recall, F1, FBeta) for average in AVERAGES),
    *(Accuracy(), BalancedAccuracy(), MatthewsCorrelation()),
    *(CohenKappa(weights=weights) for weights in (None, "linear", "quadratic")),
    *(RocAuc(multi_class=kind, average=average) for kind in ("ovr", "ovo") for average in ("macro", "weighted")),
    *(PrAuc(average=average) for average in ("macro", "weighted")),
    *(LogLoss(), Brier(), ExpectedCalibrationError(), ExpectedCalibrationError(bins=3)),
]
OF_VALUES = [
    *(R2(), ExplainedVariance(), MSE(), RMSE(), MAE(), MAPE(), MedianAbsoluteError()),
    *(Pinball(), Pinball(alpha=0.9)),
]


def drawn(n_rows, seed, size=6):
    """Draw rows with replacement, and once each row."""
    rng = np.random.default_rng(seed)
    draws = [np.bincount(rng.integers(n_rows, size=n_rows), minlength=n_rows) for _ in range(size)]
    return np.array([np.ones(n_rows), *draws], dtype=float)


def one_by_one(metric, truth, said, counts):
    """Score the rows repeated; NaN where there is no score."""
    scores = []
    for times in counts.astype(int):
        try:
            scores.append(metric.score(*repeated(truth, said, times)))
        except DataError:
            scores.append(np.nan)
    return scores


@pytest.mark.parametrize("metric", OF_CLASSES, ids=repr)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores_of_resamples_are_those_of_the_rows_repeated(metric, n_classes):
    for seed in (0, 3, 5, 6):
        truth, said = classification(seed, n_classes)
        counts = drawn(len(truth), seed)
        expected = one_by_one(metric, truth, said, counts)
        assert metric.resampled(truth, said, counts) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("metric", [it for it in OF_CLASSES if it.needs == "labels"], ids=repr)
def test_classes_that_are_predicted_and_never_there_count_in_resamples_too(metric):
    for seed in range(6):
        truth, said = classification(seed, 4, complete=False)
        counts = drawn(len(truth), seed)
        expected = one_by_one(metric, truth, said, counts)
        assert metric.resampled(truth, said, counts) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", OF_VALUES, ids=repr)
def test_scores_of_resampled_values_are_those_of_the_rows_repeated(metric):
    for seed in range(8):
        truth, said = regression(seed, n_rows=23 + seed)
        counts = drawn(len(truth), seed)
        expected = one_by_one(metric, truth, said, counts)
        assert metric.resampled(truth, said, counts) == pytest.approx(expected, rel=1e-10)


def test_scores_of_the_likeliest_are_those_of_the_rows_repeated():
    truth, said = classification(1, 5)
    counts = drawn(len(truth), 1)
    expected = one_by_one(TopK(k=2), truth, said, counts)
    assert TopK(k=2).resampled(truth, said, counts) == pytest.approx(expected)


def test_a_positive_class_of_ones_own_is_scored_in_resamples_too():
    truth, said = classification(0, 2)
    counts = drawn(len(truth), 0)
    metric = F1(positive=said.classes[0].item())
    assert metric.resampled(truth, said, counts) == pytest.approx(one_by_one(metric, truth, said, counts))


def test_bins_of_equal_mass_are_other_ones_in_each_resample():
    truth, said = classification(0, 2)
    metric = ExpectedCalibrationError(strategy="equal_mass")
    assert metric.resampled(truth, said, drawn(len(truth), 0)) is NotImplemented


def test_resamples_say_nothing_of_a_maximum():
    truth, said = regression(0)
    assert np.isnan(MaxError().resampled(truth, said, drawn(len(truth), 0))).all()


@pytest.mark.parametrize("metric", [R2(), ExplainedVariance()], ids=repr)
def test_a_resample_of_one_value_has_no_variance_to_explain(metric):
    truth = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 7.3, -5.9, 1.7])
    said = Prediction(np.full(9, 0.3))
    counts = np.random.default_rng(0).integers(4, size=(50, 9)).astype(float)
    counts[:, 6:] = 0
    assert np.isnan(metric.resampled(truth, said, counts)).all()


def test_classes_may_stand_in_any_order():
    truth, labels = np.array(["a", "c", "c"]), np.array(["a", "b", "c"])
    confusion = resamples.confusions(truth, labels, np.array(["c", "a", "b"]), np.array([[1.0, 2.0, 3.0]]))
    assert confusion.tolist() == [[[3.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]


def test_a_mean_of_nothing_is_no_number():
    assert np.isnan(resamples.means(np.arange(3.0), np.zeros((1, 3)))).all()
