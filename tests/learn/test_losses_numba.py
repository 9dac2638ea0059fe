import numpy as np
import pytest

pytest.importorskip("numba")

from scipy import sparse

from runner.learn import MLP, Huber, Linear, hinge, losses
from runner.learn.losses_numba import COMPILED_LOSSES, LinearSoftmax, with_compiled_loss
from runner.learn.trial_axis import trials_first

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("loss", COMPILED_LOSSES)
def test_a_compiled_loss_gives_the_bits_of_numpy(loss):
    rng = np.random.default_rng(0)
    scores = (10 * rng.standard_normal((50, 4, 7))).astype("float32")
    scores[3, 1, 2], scores[4, :, 0] = np.nan, np.inf
    targets = rng.integers(0, 4, 50)
    kept = scores.copy()
    with np.errstate(all="ignore"):
        for ours, theirs in zip(COMPILED_LOSSES[loss](scores, targets), loss(scores, targets), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(scores, kept)


@pytest.mark.parametrize("n_trials", [1, 2, 7, 64])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("weighted", [False, True])
def test_linear_softmax_gives_the_bits_of_linear(n_trials, n_classes, form, weighted):
    X = form((RNG.standard_normal((33, 6)) * (RNG.random((33, 6)) < 0.5)).astype("float32"))
    targets = RNG.integers(0, n_classes, 33)
    weights = RNG.random(33).astype("float32") if weighted else None
    params = {
        "weights": trials_first(RNG.standard_normal((6, n_classes, n_trials)).astype("float32")),
        "bias": trials_first(RNG.standard_normal((n_classes, n_trials)).astype("float32")),
    }
    params["weights"][0, 2] = np.nan  # a trial that has diverged
    plain = Linear(losses.softmax)
    fast = with_compiled_loss(plain)
    assert type(fast) is LinearSoftmax
    loss, gradients = plain.loss_and_gradients(params, X, targets, weights)
    own_loss, own_gradients = fast.loss_and_gradients(params, X, targets, weights)
    np.testing.assert_array_equal(own_loss, loss)
    for name, gradient in gradients.items():
        assert own_gradients[name].dtype == gradient.dtype
        np.testing.assert_array_equal(own_gradients[name], gradient)


def test_families_of_other_losses_stay_as_they_are_and_others_of_softmax_have_its_loops():
    for family in (Linear(hinge), Linear(Huber(1.0)), MLP(losses.squared)):
        assert with_compiled_loss(family) is family
    for family in (MLP(losses.softmax), Linear(losses.softmax, fit_intercept=False)):
        fast = with_compiled_loss(family)
        assert type(fast) is type(family)
        assert fast.loss is COMPILED_LOSSES[losses.softmax]
