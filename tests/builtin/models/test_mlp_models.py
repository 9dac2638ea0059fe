import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from runner.errors import ConfigError
from runner_builtin.models.mlp_models import MLPClassifier, MLPRegressor
from runner_builtin.training.optimizers import Adam, Momentum, Nesterov, StochasticGradientDescent
from runner_builtin.training.schedulers import Cosine, InverseSqrt


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_a_network_learns_digits(activation):
    X, y = load_digits(return_X_y=True)
    model = MLPClassifier(
        hidden=(32, 16), activation=activation, optimizer=Adam(learning_rate=0.005), epochs=10, random_state=0
    )
    assert model.fit(X[:1200] / 16, y[:1200]).score(X[1200:] / 16, y[1200:]) > 0.9
    np.testing.assert_allclose(model.predict_proba(X / 16).sum(axis=1), 1, rtol=1e-5)


def test_a_network_tells_two_classes_apart_that_no_line_does():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (400, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
    model = MLPClassifier(hidden=(16,), optimizer=Adam(learning_rate=0.05), epochs=40, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.95
    assert model.decision_function(X).shape == (400,)


def test_a_network_of_values_follows_a_curve_in_the_targets_own_unit():
    X = np.linspace(-1, 1, 200)[:, None]
    y = 5000 + 1000 * np.sin(4 * X[:, 0])
    model = MLPRegressor(
        activation="tanh", optimizer=Adam(learning_rate=0.05), scheduler=Cosine(), epochs=300, random_state=0
    ).fit(X, y)
    assert model.score(X, y) > 0.99
    assert model.loss_curve_[0] > 1e5


def test_several_targets_are_predicted_at_once():
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    both = np.column_stack([y, 2 * y + 100])
    model = MLPRegressor(hidden=(16,), optimizer=Adam(), epochs=30, random_state=0).fit(X, both)
    predicted = model.predict(X)
    assert predicted.shape == both.shape
    assert model.score(X, both) > 0.4


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_layer_without_units_is_an_error(kind):
    with pytest.raises(ConfigError, match=r"model.hidden \(3, 0\) has a layer without units"):
        kind(hidden=(3, 0)).fit(np.eye(2), [0, 1])


def test_dropout_changes_the_training_and_not_the_prediction():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier(dropout=0.5, epochs=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    assert model.loss_curve_ != MLPClassifier(epochs=3, random_state=0).fit(X, y).loss_curve_


#: scikit-learn's "Compare stochastic learning strategies for MLPClassifier" on iris: accuracy and loss.
SGD = {"solver": "sgd", "learning_rate_init": 0.2}
PUBLISHED = {
    "constant": (SGD | {"momentum": 0}, 0.980, 0.096950),
    "momentum": (SGD | {"momentum": 0.9, "nesterovs_momentum": False}, 0.980, 0.049530),
    "nesterov": (SGD | {"momentum": 0.9, "nesterovs_momentum": True}, 0.980, 0.049540),
    "invscaling": (SGD | {"learning_rate": "invscaling", "momentum": 0}, 0.360, 0.978444),
    "invscaling, momentum": (
        SGD | {"learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": False},
        0.860,
        0.504185,
    ),
    "invscaling, nesterov": (
        SGD | {"learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": True},
        0.860,
        0.503452,
    ),
    "adam": ({"solver": "adam", "learning_rate_init": 0.01}, 0.980, 0.045311),
}
OURS = {
    "constant": (StochasticGradientDescent(0.2), None),
    "momentum": (Momentum(0.2, 0.9), None),
    "nesterov": (Nesterov(0.2, 0.9), None),
    # their schedule counts the rows seen instead of the steps
    "invscaling": (StochasticGradientDescent(0.2), InverseSqrt(timescale=1 / 150)),
    "invscaling, momentum": (Momentum(0.2, 0.9), InverseSqrt(timescale=1 / 150)),
    "invscaling, nesterov": (Nesterov(0.2, 0.9), InverseSqrt(timescale=1 / 150)),
    "adam": (Adam(0.01), None),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_learning_strategies_rank_as_scikit_learn_published_them():
    X, y = load_iris(return_X_y=True)
    X = MinMaxScaler().fit_transform(X)
    losses = {}
    for name, (options, accuracy, loss) in PUBLISHED.items():
        theirs = TheirClassifier(random_state=0, max_iter=400, **options).fit(X, y)
        assert theirs.score(X, y) == pytest.approx(accuracy, abs=5e-4)
        assert theirs.loss_ == pytest.approx(loss, abs=1e-5)
        optimizer, scheduler = OURS[name]
        ours = MLPClassifier(
            optimizer=optimizer, scheduler=scheduler, epochs=400, batch_size=150, l2=1e-4 / 150, random_state=0
        )
        losses[name] = ours.fit(X, y).loss_curve_[-1]
    momenta = [losses["momentum"], losses["nesterov"]]
    fading = [losses["invscaling, momentum"], losses["invscaling, nesterov"]]
    assert losses["adam"] < min(momenta)
    assert max(momenta) < losses["constant"] < min(fading)
    assert max(fading) < losses["invscaling"]
