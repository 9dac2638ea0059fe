import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.neural_network import MLPClassifier as NeuralNetwork
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from runner.errors import ConfigError, DataError
from runner_builtin.compressors.quantize import QuantizeCompressor
from runner_builtin.compressors.truncated_svd import TruncatedSVDCompressor
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor

MODELS = [
    (SoftmaxClassifier, {"random_state": 0}),
    (LinearSVMClassifier, {"random_state": 0}),
    (LogisticRegression, {}),
    (RidgeClassifier, {}),
    (LinearSVC, {}),
    (SGDClassifier, {"loss": "log_loss", "random_state": 0}),
    (NeuralNetwork, {"hidden_layer_sizes": (16,), "activation": "tanh", "max_iter": 30, "random_state": 0}),
    (MLPClassifier, {"hidden": (16,), "activation": "gelu", "random_state": 0}),
]


@pytest.mark.parametrize(("model", "options"), MODELS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_quantized_classifier_holds_eight_bits_and_answers_nearly_alike(digits, new_digits, saved, model, options):
    whole = digits(model, **options)
    small = QuantizeCompressor().compress(whole)
    assert {weights.dtype for weights in small[-1].weights} == {np.dtype(np.int8)}
    assert np.mean(small.predict(new_digits[0]) == whole.predict(new_digits[0])) > 0.98
    assert hasattr(small, "predict_proba") == hasattr(whole, "predict_proba")
    if hasattr(whole, "predict_proba"):
        told, due = small.predict_proba(new_digits[0]), whole.predict_proba(new_digits[0])
        np.testing.assert_allclose(told, due, atol=0.05)
        np.testing.assert_allclose(told.sum(axis=1), 1, atol=1e-5)
    before, after = saved(whole)[0], saved(small)[0]
    assert after < 0.7 * before


@pytest.mark.parametrize("model", [LinearRegressor(random_state=0), Ridge(), MLPRegressor(random_state=0)])
def test_a_quantized_regression_answers_nearly_alike(model):
    X, y = load_diabetes(return_X_y=True)
    whole = make_pipeline(StandardScaler(), model).fit(X, y)
    small = QuantizeCompressor().compress(whole)
    assert small.predict(X).shape == y.shape
    np.testing.assert_allclose(small.predict(X), whole.predict(X), atol=0.02 * y.std() + 0.02 * np.ptp(y))


def test_two_classes_keep_one_score(text_pipeline, texts):
    whole = text_pipeline()
    small = QuantizeCompressor().compress(whole)
    assert small.decision_function(texts[0]).shape == (400,)
    np.testing.assert_allclose(small.predict_proba(texts[0]), whole.predict_proba(texts[0]), atol=0.02)


def test_each_output_has_a_scale_of_its_own_and_no_weight_is_farther_off_than_half_a_step(digits):
    whole = digits(SoftmaxClassifier, random_state=0)
    small = QuantizeCompressor().compress(whole)[-1]
    (weights,), (scales,) = small.weights, small.scales
    assert np.abs(weights).max(axis=0).tolist() == [127] * 10
    assert (np.abs(weights * scales - whole[-1].coef_.T) <= scales / 2 * 1.001).all()


def test_what_another_compressor_made_is_quantized_too(digits, new_digits):
    factored = TruncatedSVDCompressor(rank=6).compress(digits(SoftmaxClassifier, random_state=0))
    small = QuantizeCompressor().compress(factored)
    assert len(small[-1].weights) == 2
    assert np.mean(small.predict(new_digits[0]) == factored.predict(new_digits[0])) > 0.97
    again = QuantizeCompressor().compress(small)
    np.testing.assert_allclose(again.predict_proba(new_digits[0]), small.predict_proba(new_digits[0]), atol=1e-5)


def test_a_quantized_model_survives_skops_with_the_types_trusted_here(digits, new_digits, saved):
    small = QuantizeCompressor().compress(digits(MLPClassifier, hidden=(16,), activation="gelu", random_state=0))
    loaded = saved(small)[1]
    np.testing.assert_array_equal(loaded.predict_proba(new_digits[0]), small.predict_proba(new_digits[0]))


@pytest.mark.fault("F90")
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_an_error(value):
    whole = make_pipeline(StandardScaler(), LogisticRegression()).fit([[0.0], [1.0], [2.0]], [0, 0, 1])
    whole[-1].coef_ = np.full_like(whole[-1].coef_, value)
    with pytest.raises(DataError, match="not finite"):
        QuantizeCompressor().compress(whole)


@pytest.mark.fault("F90")
def test_weights_of_a_network_that_are_not_finite_are_an_error(digits):
    whole = digits(MLPClassifier, hidden=(16,), activation="gelu", random_state=0)
    broken = make_pipeline(*(step for _, step in whole.steps[:-1]), MLPClassifier())
    vars(broken[-1]).update(vars(whole[-1]), params_={**whole[-1].params_, "bias_1": np.full(10, np.nan)})
    with pytest.raises(DataError, match="'quantize': step 'mlpclassifier' has weights that are not finite numbers"):
        QuantizeCompressor().compress(broken)


def test_a_forest_has_no_weights_to_quantize(digits):
    with pytest.raises(ConfigError, match=r"'quantize' needs a linear model .* 'RandomForestClassifier'"):
        QuantizeCompressor().compress(digits(RandomForestClassifier, n_estimators=2))


def test_a_network_of_several_labels_is_refused():
    X = np.random.default_rng(0).normal(size=(40, 3))
    network = NeuralNetwork((4,), max_iter=400, tol=0.01, random_state=0)
    whole = make_pipeline(StandardScaler(), network).fit(X, (X[:, :2] > 0).astype(int))
    with pytest.raises(ConfigError, match="gives several labels to a row"):
        QuantizeCompressor().compress(whole)


def test_a_quantized_model_refuses_to_be_fitted(digits):
    with pytest.raises(ConfigError, match="cannot be fitted"):
        QuantizeCompressor().compress(digits(SoftmaxClassifier, random_state=0))[-1].fit([[0.0]], [0])
