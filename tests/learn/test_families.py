import numpy as np
import pytest
from scipy import sparse

from runner.learn import Linear, hinge, logistic, softmax, squared, squared_hinge

N_TRIALS, N_ROWS, N_FEATURES = 3, 12, 5
CASES = {
    "softmax": (softmax, 4),
    "logistic": (logistic, 1),
    "hinge": (hinge, 4),
    "squared_hinge": (squared_hinge, 4),
    "squared": (squared, 1),
    "squared, two targets": (squared, 2),
}


def problem(loss, n_outputs, fit_intercept=True):
    rng = np.random.default_rng(1)
    family = Linear(loss, fit_intercept=fit_intercept)
    start = family.init([rng] * N_TRIALS, N_FEATURES, n_outputs, "float64")
    params = {name: array + rng.standard_normal(array.shape) for name, array in start.items()}
    X = rng.standard_normal((N_ROWS, N_FEATURES)) * (rng.random((N_ROWS, N_FEATURES)) < 0.6)
    if loss is squared:
        targets = rng.standard_normal((N_ROWS, n_outputs))
    else:
        targets = rng.integers(0, max(n_outputs, 2), N_ROWS)
    return family, params, X, targets, rng.random(N_ROWS) + 0.5


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("name", CASES)
def test_gradients_are_the_finite_differences_of_the_loss(name, form, weighted):
    family, params, X, targets, weights = problem(*CASES[name])
    X, weights = form(X), weights if weighted else None
    loss, gradients = family.loss_and_gradients(params, X, targets, weights)
    assert loss.shape == (N_TRIALS,)
    for array, gradient in ((params[key], gradients[key]) for key in params):
        assert gradient.shape == array.shape
        for index in np.ndindex(array.shape[1:]):
            place = (slice(None), *index)
            value = array[place].copy()
            array[place] = value + 1e-6
            above, _ = family.loss_and_gradients(params, X, targets, weights)
            array[place] = value - 1e-6
            below, _ = family.loss_and_gradients(params, X, targets, weights)
            array[place] = value
            np.testing.assert_allclose(gradient[place], (above - below) / 2e-6, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_each_trial_of_a_batch_is_what_it_would_be_alone(name):
    family, params, X, targets, weights = problem(*CASES[name])
    together, _ = family.loss_and_gradients(params, X, targets, weights)
    for trial in range(N_TRIALS):
        alone, _ = family.loss_and_gradients(
            {key: array[trial : trial + 1] for key, array in params.items()}, X, targets, weights
        )
        np.testing.assert_allclose(alone, together[trial : trial + 1], rtol=1e-12)


def test_the_decision_is_the_product_with_the_weights_and_the_bias():
    family, params, X, *_ = problem(softmax, 4)
    expected = np.einsum("nf,kfc->knc", X, params["weights"]) + params["bias"][:, None, :]
    np.testing.assert_allclose(family.decision(params, X), expected)
    np.testing.assert_allclose(family.decision(params, sparse.csr_matrix(X)), expected)


def test_without_an_intercept_there_is_no_bias():
    family, params, X, targets, _ = problem(softmax, 4, fit_intercept=False)
    assert set(params) == {"weights"}
    assert set(family.loss_and_gradients(params, X, targets, None)[1]) == {"weights"}
    np.testing.assert_allclose(family.decision(params, X)[1], X @ params["weights"][1])


def test_only_the_weights_are_penalised():
    assert Linear(softmax).penalised == {"weights"}


def test_nothing_given_is_changed():
    family, params, X, targets, weights = problem(softmax, 4)
    before = [array.copy() for array in (*params.values(), X, targets, weights)]
    family.loss_and_gradients(params, X, targets, weights)
    for was, array in zip(before, (*params.values(), X, targets, weights), strict=True):
        np.testing.assert_array_equal(was, array)
