import warnings

import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

from runner.errors import ConfigError, DataError
from runner_builtin.compressors.truncated_svd import (
    LowRankLinearClassifier,
    LowRankLinearRegressor,
    TruncatedSVDCompressor,
)
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier

X, Y = load_digits(return_X_y=True)
# a target of ten columns that truly has two directions
TWO = X[:, 20:22] @ np.random.default_rng(0).standard_normal((2, 10))


def fitted(model, target=Y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(MinMaxScaler(), model).fit(X, target)


def numbers(model):
    return sum(np.size(getattr(model, name)) for name in ("inner", "outer", "intercept"))


@pytest.mark.parametrize(
    "model",
    [SoftmaxClassifier(random_state=0), LogisticRegression(), LinearDiscriminantAnalysis()],
    ids=lambda model: type(model).__name__,
)
def test_a_classifier_becomes_smaller_and_still_answers_alike(model):
    whole = fitted(model)
    small = TruncatedSVDCompressor(rank=8).compress(whole)
    assert numbers(small[-1]) < model.coef_.size + model.intercept_.size
    assert np.mean(small.predict(X) == whole.predict(X)) > 0.95
    assert small.score(X, Y) > whole.score(X, Y) - 0.02
    assert small.predict_proba(X).shape == (len(X), 10)


@pytest.mark.parametrize(
    "model",
    [
        SoftmaxClassifier(random_state=0),
        LogisticRegression(),
        SGDClassifier(loss="log_loss", random_state=0),
        LinearDiscriminantAnalysis(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_probabilities_are_made_as_the_original_makes_them(model):
    whole = fitted(model)
    # of rank eight already, so that nothing but the way of making probabilities can differ
    left, sizes, right = np.linalg.svd(model.coef_, full_matrices=False)
    model.coef_ = (left[:, :8] * sizes[:8]) @ right[:8]
    small = TruncatedSVDCompressor(rank=8).compress(whole)
    np.testing.assert_allclose(small.predict_proba(X), whole.predict_proba(X), atol=1e-4)
    np.testing.assert_allclose(small.decision_function(X), whole.decision_function(X), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("model", [LinearSVMClassifier(random_state=0), RidgeClassifier()])
def test_a_classifier_without_probabilities_stays_without(model):
    small = TruncatedSVDCompressor(rank=8).compress(fitted(model))
    assert not hasattr(small, "predict_proba")
    assert small.decision_function(X).shape == (len(X), 10)


def test_a_regression_of_several_targets_becomes_two_factors():
    whole = fitted(LinearRegression(), TWO)
    small = TruncatedSVDCompressor(rank=2).compress(whole)
    assert isinstance(small[-1], LowRankLinearRegressor)
    assert numbers(small[-1]) == 2 * (64 + 10) + 10
    np.testing.assert_allclose(small.predict(X), whole.predict(X), atol=1e-8)


def test_energy_keeps_as_few_directions_as_hold_it():
    whole = fitted(LinearRegression(), TWO)
    sizes = np.square(np.linalg.svd(whole[-1].coef_, compute_uv=False))
    share = sizes[0] / sizes.sum()
    ranks = [
        TruncatedSVDCompressor(energy=energy).compress(whole)[-1].inner.shape[1]
        for energy in (share - 0.01, share + 0.01)
    ]
    assert ranks == [1, 2]


def test_the_pipeline_given_stays_as_it_is():
    whole = fitted(SoftmaxClassifier(random_state=0))
    before, steps = whole.predict_proba(X), list(whole.steps)
    small = TruncatedSVDCompressor(rank=3).compress(whole)
    assert whole.steps == steps
    assert small[0] is whole[0]
    np.testing.assert_array_equal(whole.predict_proba(X), before)


def test_a_compressed_model_survives_skops():
    small = TruncatedSVDCompressor(rank=8).compress(fitted(SoftmaxClassifier(random_state=0)))
    dumped = skops.io.dumps(small)
    types = skops.io.get_untrusted_types(data=dumped)
    assert types == ["runner_builtin.compressors.truncated_svd.LowRankLinearClassifier"]
    np.testing.assert_array_equal(skops.io.loads(dumped, trusted=types).predict_proba(X), small.predict_proba(X))


@pytest.mark.fault("F90")
@pytest.mark.parametrize("rank", [0, 9, 64, 1000])
def test_a_rank_that_does_not_make_it_smaller_is_an_error_with_the_valid_range(rank):
    with pytest.raises(
        ConfigError, match=rf"shape \(10, 64\); rank {rank} does not make it smaller. Ranks 1 to 8 do"
    ):
        TruncatedSVDCompressor(rank=rank).compress(fitted(SoftmaxClassifier(random_state=0)))


@pytest.mark.fault("F90")
def test_an_energy_that_needs_too_high_a_rank_is_an_error():
    with pytest.raises(ConfigError, match=r"energy 1.0, which takes rank \d+, does not make it smaller"):
        TruncatedSVDCompressor(energy=1.0).compress(fitted(LinearSVMClassifier(random_state=0)))


@pytest.mark.parametrize(
    ("model", "target"),
    [(SoftmaxClassifier(random_state=0), Y == 3), (LogisticRegression(), Y == 3), (LinearRegressor(), TWO[:, 0])],
)
def test_a_model_with_one_output_has_nothing_to_gain(model, target):
    with pytest.raises(ConfigError, match=r"shape \(1, 64\); two factors would not be smaller at any rank"):
        TruncatedSVDCompressor().compress(fitted(model, target))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (RandomForestClassifier(n_estimators=2), "has no coef_ and intercept_"),
        (SVC(kernel="linear"), "does not answer with"),
        (SGDClassifier(loss="modified_huber", random_state=0), "makes probabilities in another way"),
    ],
)
def test_a_model_that_is_not_linear_is_an_error_that_names_it(model, reason):
    with pytest.raises(ConfigError, match=f"needs a linear model .* is '{type(model).__name__}', which {reason}"):
        TruncatedSVDCompressor(rank=2).compress(fitted(model))


@pytest.mark.fault("F90")
def test_coefficients_that_are_not_finite_are_an_error():
    whole = fitted(LogisticRegression())
    whole[-1].coef_ = np.full_like(whole[-1].coef_, np.nan)
    with pytest.raises(DataError, match="not finite"):
        TruncatedSVDCompressor(rank=2).compress(whole)


def test_a_compressed_model_refuses_to_be_fitted():
    model = LowRankLinearClassifier(np.ones((3, 1)), np.ones((1, 2)), np.zeros(2), np.array([0, 1]))
    with pytest.raises(ConfigError, match="cannot be fitted"):
        model.fit(np.ones((4, 3)), np.ones(4))
