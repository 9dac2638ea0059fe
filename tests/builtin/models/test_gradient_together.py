import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from runner_builtin.models.gradient_together import GradientTogether
from runner_builtin.models.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor
from runner_builtin.training.lbfgs import LBFGS
from runner_builtin.training.optimizers import Adam, GradientDescent, Momentum, Nesterov
from runner_builtin.training.schedulers import Cosine, Step

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 6))
CLASSES = np.array(["a", "b", "c"])[(X @ RNG.standard_normal((6, 3)) + RNG.standard_normal((90, 3))).argmax(axis=1)]
VALUES = 40.0 + 250.0 * (X @ RNG.standard_normal((6, 2))) + RNG.standard_normal((90, 2))
TOGETHER = GradientTogether()


class Whitening:
    """An optimizer that looks across its array."""

    elementwise = False

    def init(self, param):
        return {}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad / np.linalg.norm(grad), state


def softmax(**options):
    return SoftmaxClassifier(**{"optimizer": Adam(), "epochs": 4, "random_state": 3, "dtype": "float64", **options})


def same(one, other):
    return TOGETHER.fusion_key(one) == TOGETHER.fusion_key(other) is not None


@pytest.mark.parametrize(
    "options",
    [
        {"l1": 0.1},
        {"l2": 0.0},
        {"clip_norm": 1.0},
        {"averaging": 0.9},
        {"scheduler": Cosine(warmup=0.1)},
        {"scheduler": None, "l2": 1.0},
        {"optimizer": Adam(learning_rate=0.5, beta1=0.5)},
    ],
)
def test_models_that_differ_in_free_options_have_one_key(options):
    assert same(softmax(), softmax(**options))
    assert isinstance(hash(TOGETHER.fusion_key(softmax(**options))), int)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 5},
        {"batch_size": 8},
        {"shuffle": False},
        {"fit_intercept": False},
        {"class_weight": "balanced"},
        {"validation_share": 0.1},
        {"dtype": "float32"},
        {"random_state": 4},
        {"optimizer": Nesterov()},
        {"optimizer": Adam(learning_rate="auto")},
    ],
)
def test_models_that_differ_in_others_have_not(options):
    assert TOGETHER.fusion_key(softmax(**options)) is not None
    assert not same(softmax(), softmax(**options))


def test_a_model_without_an_optimizer_goes_with_those_of_its_default():
    assert same(softmax(optimizer=None), softmax(optimizer=Momentum(learning_rate=0.3)))


def test_classes_do_not_mix():
    options = {"optimizer": Adam(), "random_state": 3}
    assert not same(SoftmaxClassifier(**options), LinearSVMClassifier(**options))


@pytest.mark.parametrize(
    "options",
    [{"optimizer": LBFGS()}, {"optimizer": Whitening()}, {"checkpoint": "folder"}, {"random_state": None}],
)
def test_some_train_alone(options):
    assert TOGETHER.fusion_key(softmax(**options)) is None


def alone(model, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return clone(model).fit(X, y)


def assert_same(fitted, model, y, *, rtol=1e-8):
    expected = alone(model, y)
    assert type(fitted) is type(expected)
    assert vars(fitted).keys() == vars(expected).keys()
    for name in ("coef_", "intercept_", "loss_curve_", "learning_rate_curve_", "validation_curve_"):
        if getattr(expected, name, None) is not None:
            np.testing.assert_allclose(getattr(fitted, name), getattr(expected, name), rtol=rtol, atol=rtol)
    for name, array in getattr(expected, "params_", {}).items():
        np.testing.assert_allclose(fitted.params_[name], array, rtol=rtol, atol=rtol)
    own = ("n_iter_", "best_epoch_", "n_features_in_", "range_test_", "learning_rate_")
    for name in own:
        assert getattr(fitted, name) == pytest.approx(getattr(expected, name)), name
    if hasattr(expected, "classes_"):
        assert list(fitted.predict(X)) == list(expected.predict(X))
    else:
        np.testing.assert_allclose(fitted.predict(X), expected.predict(X), rtol=rtol)


def trained(models, y, features=X):
    (key,) = {TOGETHER.fusion_key(model) for model in models}
    assert key is not None
    course = TOGETHER.begin(models, features, y, threads=1)
    course.advance(course.epochs)
    return [course.fitted(position) for position in range(len(models))]


@pytest.mark.parametrize("y", [CLASSES, CLASSES == "a"], ids=["three classes", "two classes"])
@pytest.mark.parametrize("kind", [SoftmaxClassifier, LinearSVMClassifier, MLPClassifier])
@pytest.mark.parametrize("features", [X, csr_matrix(X)], ids=["dense", "sparse"])
def test_classifiers_are_what_they_would_be_alone(kind, y, features):
    shared = {"epochs": 4, "random_state": 3, "dtype": "float64", "class_weight": "balanced"}
    shared |= {"validation_share": 0.2, "patience": 1}
    own = [
        {"optimizer": Adam(learning_rate=0.01)},
        {"optimizer": Adam(learning_rate=0.03, beta1=0.8), "scheduler": Cosine(), "l2": 0.1, "clip_norm": 0.5},
        {"optimizer": Adam(learning_rate=0.1), "scheduler": Step(drops=2), "averaging": 0.5},
    ]
    models = [kind(**shared, **options) for options in own]
    for fitted, model in zip(trained(models, y, features), models, strict=True):
        assert_same(fitted, model, y)


@pytest.mark.parametrize("y", [VALUES[:, 0], VALUES], ids=["flat", "two targets"])
@pytest.mark.parametrize("kind", [LinearRegressor, MLPRegressor])
def test_regressors_are_what_they_would_be_alone_in_the_unit_of_the_target(kind, y):
    shared = {"epochs": 5, "random_state": 3, "dtype": "float64"}
    penalties = [{"l1": 0.0}, {"l1": 20.0}, {"l1": 90.0, "l2": 0.1}] if kind is LinearRegressor else [{}, {"l2": 0.5}]
    models = [
        kind(**shared, **penalty, optimizer=Adam(learning_rate=0.02 * (place + 1)))
        for place, penalty in enumerate(penalties)
    ]
    fitted = trained(models, y)
    for one, model in zip(fitted, models, strict=True):
        assert_same(one, model, y)
        assert one.predict(X).shape == y.shape
    if kind is LinearRegressor:
        assert np.abs(fitted[1].coef_).sum() < np.abs(alone(models[1].set_params(l1=0.0), y).coef_).sum()


def test_each_chooses_its_own_learning_rate_where_it_is_to():
    models = [
        softmax(optimizer=Adam(learning_rate="auto", beta1=beta), l2=l2) for beta, l2 in [(0.9, 0.0), (0.5, 1.0)]
    ]
    fitted = trained(models, CLASSES)
    for one, model in zip(fitted, models, strict=True):
        expected = alone(model, CLASSES)
        assert one.learning_rate_ == expected.learning_rate_
        assert one.range_test_ == expected.range_test_
        np.testing.assert_allclose(one.coef_, expected.coef_, rtol=1e-6, atol=1e-8)
    assert fitted[0].range_test_ != fitted[1].range_test_


def test_epoch_by_epoch_it_is_what_it_is_in_one_go_and_can_be_looked_at_meanwhile():
    models = [softmax(optimizer=Adam(learning_rate=rate)) for rate in (0.01, 0.1)]
    course = TOGETHER.begin(models, X, CLASSES, threads=1)
    lengths = []
    for until in (1, 3, 3, 2, 99):
        course.advance(until)
        lengths.append(len(course.fitted(1).loss_curve_))
    assert lengths == [1, 3, 3, 3, 4]
    assert course.epochs == 4
    for position, model in enumerate(models):
        assert_same(course.fitted(position), model, CLASSES)


def test_what_is_dropped_stays_as_it_was_and_the_others_go_on():
    models = [softmax(optimizer=Adam(learning_rate=rate)) for rate in (0.01, 0.03, 0.1)]
    course = TOGETHER.begin(models, X, CLASSES, threads=1)
    course.advance(2)
    before = course.fitted(1)
    course.drop([1])
    course.advance(4)
    assert course.fitted(1).coef_.tobytes() == before.coef_.tobytes()
    assert [len(course.fitted(position).loss_curve_) for position in range(3)] == [4, 2, 4]
    for position in (0, 2):
        assert_same(course.fitted(position), models[position], CLASSES)
    course.drop([0, 1, 2])
    course.advance(4)


def test_one_that_runs_away_says_so_and_harms_no_other():
    models = [
        LinearRegressor(optimizer=GradientDescent(learning_rate=rate), epochs=80, random_state=3, dtype="float64")
        for rate in (1e20, 0.1)
    ]
    course = TOGETHER.begin(models, X, VALUES[:, 0], threads=1)
    course.advance(80)
    with pytest.warns(ConvergenceWarning, match="diverged at step"):
        away = course.fitted(0)
    assert away.diverged_ == alone(models[0], VALUES[:, 0]).diverged_
    assert course.fitted(1).diverged_ is None
    assert_same(course.fitted(1), models[1], VALUES[:, 0])


def test_the_models_given_stay_as_they_are():
    models = [softmax(optimizer=Adam(learning_rate=rate)) for rate in (0.01, 0.1)]
    before = [dict(vars(model)) for model in models]
    trained(models, CLASSES)
    assert [dict(vars(model)) for model in models] == before
