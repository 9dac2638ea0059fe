"""Calibrated probabilities come true as often as they say, and add up to one."""

from __future__ import annotations

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from runner.data import Prediction
from runner.errors import ConfigError, DataError
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES
from runner_builtin.metrics.calibration_metrics import ExpectedCalibrationError
from runner_builtin.models.calibrated import Calibrated
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.models.thresholds import TunedThreshold
from runner_builtin.training.optimizers import StochasticGradientDescent

TRUSTED = [
    *TRUSTED_TYPES,
    "runner_builtin.models.calibrated.Calibrated",
    "sklearn.calibration.CalibratedClassifierCV",
]


def overconfident(n_classes=2, rows=3000):
    """Columns that say the same many times over: naive Bayes takes each for news and is much too sure."""
    X, y = make_classification(
        rows, 6, n_informative=4, n_redundant=0, n_classes=n_classes, class_sep=0.6, random_state=0
    )
    repeated = np.hstack([X, X, X, X])
    return repeated[::2], y[::2], repeated[1::2], y[1::2]


def calibration_error(model, X, y):
    prediction = Prediction(model.predict(X), model.classes_, model.predict_proba(X))
    return ExpectedCalibrationError(bins=10).score(y, prediction)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_calibration_error_of_a_model_that_is_too_sure_falls(method, n_classes):
    X, y, new, truth = overconfident(n_classes)
    before = calibration_error(GaussianNB().fit(X, y), new, truth)
    after = calibration_error(Calibrated(model=GaussianNB(), method=method, random_state=0).fit(X, y), new, truth)
    assert before > 0.1
    assert after < before / 2


@pytest.mark.parametrize("model", [GaussianNB(), LinearSVC()])
def test_probabilities_add_up_to_one_and_the_label_is_the_likeliest(model):
    X, y, new, _ = overconfident(3)
    fitted = Calibrated(model=model, random_state=0).fit(X, y)
    probabilities = fitted.predict_proba(new)
    assert probabilities.shape == (len(new), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert np.array_equal(fitted.predict(new), fitted.classes_[probabilities.argmax(axis=1)])


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_it_is_scikit_learns_calibration(method):
    X, y, new, _ = overconfident()
    folds = StratifiedKFold(4, shuffle=True, random_state=7)
    theirs = CalibratedClassifierCV(GaussianNB(), method=method, cv=folds).fit(X, y)
    ours = Calibrated(model=GaussianNB(), method=method, folds=4, random_state=7).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(new), theirs.predict_proba(new))


def test_the_model_given_stays_unfitted():
    X, y, *_ = overconfident(rows=200)
    model = GaussianNB()
    Calibrated(model=model).fit(X, y)
    assert not hasattr(model, "theta_")
    assert clone(Calibrated(model=model, folds=3)).get_params()["model__var_smoothing"] == 1e-9


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_it_comes_back_from_a_safe_file(method):
    X, y, new, _ = overconfident(rows=400)
    fitted = Calibrated(model=LogisticRegression(), method=method, random_state=0).fit(X, y)
    arrived = skops.io.loads(skops.io.dumps(fitted), trusted=TRUSTED)
    np.testing.assert_array_equal(arrived.predict_proba(new), fitted.predict_proba(new))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("outer", [Calibrated, TunedThreshold])
def test_a_training_that_ran_away_inside_is_told(outer):
    X, y, *_ = overconfident(rows=200)
    runaway = SoftmaxClassifier(optimizer=StochasticGradientDescent(learning_rate=1e30), l2=1.0, epochs=2)
    assert outer(model=runaway, folds=2).fit(1e6 * X, y).diverged_["learning_rate"] == 1e30
    assert outer(model=GaussianNB(), folds=2).fit(X, y).diverged_ is None


@pytest.mark.fault("F81")
@pytest.mark.parametrize(("rare", "advice"), [(3, "'folds: 3' is the most that they allow"), (1, "Add rows of it")])
def test_a_class_with_fewer_rows_than_folds_is_refused(rare, advice):
    X, y = np.arange(20.0).reshape(-1, 1), np.array(["ham"] * (20 - rare) + ["spam"] * rare)
    message = f"'calibrated': class 'spam' has {rare} training rows, too few for 5 folds. {advice}"
    with pytest.raises(DataError, match=message):
        Calibrated(model=GaussianNB()).fit(X, y)


@pytest.mark.fault("F81")
def test_a_single_class_is_refused():
    with pytest.raises(DataError, match="all 20 training rows are of class"):
        Calibrated(model=GaussianNB()).fit(np.zeros((20, 1)), np.ones(20))


def test_a_model_of_values_is_refused():
    with pytest.raises(ConfigError, match="goes around a classifier, found LinearRegression"):
        Calibrated(model=LinearRegression()).fit(np.zeros((20, 1)), np.arange(20) % 2)


ANOTHER_ERROR = "rows that cannot be learned from are a DataError, which tells the user what to do, and no ValueError"
EXPECTED_FAILURES = dict.fromkeys(
    ("check_estimators_empty_data_messages", "check_classifiers_one_label", "check_fit2d_1sample"), ANOTHER_ERROR
)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [Calibrated(model=LogisticRegression(C=1.0), folds=2)], expected_failed_checks=lambda _: EXPECTED_FAILURES
)
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)
