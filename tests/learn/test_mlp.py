import numpy as np
import pytest
from scipy import sparse

from runner.learn import MLP, softmax, squared

N_TRIALS, N_ROWS, N_FEATURES = 3, 9, 5
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N_ROWS, N_FEATURES)) * (RNG.random((N_ROWS, N_FEATURES)) < 0.6)
CLASSES, VALUES = RNG.integers(0, 4, N_ROWS), RNG.standard_normal((N_ROWS, 4))


def start(hidden=(6, 3), activation="tanh", loss=softmax, dropout=0.0):
    family = MLP(loss, hidden, activation, dropout)
    generators = [np.random.default_rng(seed) for seed in range(N_TRIALS)]
    return family, family.init(generators, N_FEATURES, 4, "float64")


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 3)])
@pytest.mark.parametrize(("loss", "targets", "activation"), [(softmax, CLASSES, "gelu"), (squared, VALUES, "tanh")])
def test_gradients_are_the_finite_differences_of_the_loss(form, hidden, loss, targets, activation):
    family, params = start(hidden, activation, loss)
    weights = RNG.random(N_ROWS)
    _, gradients = family.loss_and_gradients(params, form(X), targets, weights)
    for name, param in params.items():
        assert gradients[name].shape == param.shape
        for index in np.ndindex(param.shape[1:]):
            place = (slice(None), *index)
            value = param[place].copy()
            param[place] = value + 1e-6
            above, _ = family.loss_and_gradients(params, form(X), targets, weights)
            param[place] = value - 1e-6
            below, _ = family.loss_and_gradients(params, form(X), targets, weights)
            param[place] = value
            np.testing.assert_allclose(gradients[name][place], (above - below) / 2e-6, atol=1e-8)


def test_the_decision_is_the_layers_one_after_another():
    family, params = start((6, 3), "relu")
    for trial in range(N_TRIALS):
        own = {name: param[trial] for name, param in params.items()}
        hidden = np.maximum(X @ own["weights_0"] + own["bias_0"], 0)
        hidden = np.maximum(hidden @ own["weights_1"] + own["bias_1"], 0)
        np.testing.assert_allclose(family.decision(params, X)[trial], hidden @ own["weights_2"] + own["bias_2"])


def test_each_trial_starts_from_its_own_seed_whoever_its_neighbours_are():
    family, params = start()
    alone = family.init([np.random.default_rng(1)], N_FEATURES, 4, "float64")
    for name, param in alone.items():
        np.testing.assert_array_equal(param[0], params[name][1])
    assert (params["weights_0"][0] != params["weights_0"][1]).any()


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 400), ("gelu", 2 / 400), ("tanh", 2 / 700)])
def test_first_weights_have_the_variance_of_he_or_glorot(activation, variance):
    family = MLP(softmax, (300,), activation)
    params = family.init([np.random.default_rng(0)], 400, 10, "float32")
    assert params["weights_0"].var() == pytest.approx(variance, rel=0.02)
    assert params["weights_1"].var() == pytest.approx(2 / 310, rel=0.1)
    assert not params["bias_0"].any()
    assert params["weights_0"].dtype == np.float32


def test_dropout_leaves_out_the_same_units_for_all_trials_and_none_in_a_decision():
    family, params = start(dropout=0.5)
    same = {name: np.repeat(param[:1], N_TRIALS, axis=0) for name, param in params.items()}
    losses, _ = family.loss_and_gradients(same, X, CLASSES, None, np.random.default_rng(0))
    np.testing.assert_allclose(losses, losses[0])
    again, _ = family.loss_and_gradients(same, X, CLASSES, None, np.random.default_rng(1))
    assert again[0] != losses[0]
    np.testing.assert_allclose(family.decision(params, X), start()[0].decision(params, X))


def test_dropout_keeps_the_expected_value():
    family = MLP(squared, (20_000,), "relu", dropout=0.25)
    counts = family._counts(np.random.default_rng(0), np.zeros((1, 4, 20_000)))
    assert counts.mean() == pytest.approx(1, abs=0.01)
    assert (counts == 0).mean() == pytest.approx(0.25, abs=0.01)


def test_dropout_gradients_are_those_of_the_units_that_were_kept():
    family, params = start((6,), dropout=0.5)
    _, gradients = family.loss_and_gradients(params, X, CLASSES, None, np.random.default_rng(3))
    params["weights_0"][0, 2, 1] += 1e-6
    above, _ = family.loss_and_gradients(params, X, CLASSES, None, np.random.default_rng(3))
    params["weights_0"][0, 2, 1] -= 2e-6
    below, _ = family.loss_and_gradients(params, X, CLASSES, None, np.random.default_rng(3))
    assert gradients["weights_0"][0, 2, 1] == pytest.approx((above[0] - below[0]) / 2e-6, abs=1e-8)


def test_the_weights_of_all_layers_are_penalised_and_no_bias():
    assert MLP(softmax, (6, 3)).penalised == {"weights_0", "weights_1", "weights_2"}
