import numpy as np
import pytest

from runner.errors import ConfigError
from runner.learn import MLP, Linear, Setting, fit_many, softmax, squared
from runner_builtin.training.lbfgs import LBFGS
from runner_builtin.training.schedulers import Cosine

RNG = np.random.default_rng(0)
X = RNG.standard_normal((80, 5))
Y = (X @ RNG.standard_normal((5, 3)) + RNG.standard_normal((80, 3))).argmax(axis=1)
KW = {"n_outputs": 3, "epochs": 60, "batch_size": 16, "seed": 0, "dtype": "float64"}


class Halving:
    """Goes half the way to zero at each iteration, whatever the objective."""

    def minimise(self, objective, start, iterations, goes_on):
        place = start + 1.0
        for _ in range(iterations):
            place = place / 2
            if not goes_on(place):
                return

    def init(self, param): ...

    def update(self, grad, state, param, learning_rate): ...


class Exploding(Halving):
    def minimise(self, objective, start, iterations, goes_on):
        if goes_on(start + 1.0):
            goes_on(start + np.nan)


def test_each_trial_is_minimised_alone():
    settings = [Setting(LBFGS(), l2=l2) for l2 in (0.01, 0.1)]
    together = fit_many(Linear(softmax), X, Y, settings, **KW)
    for trial, setting in enumerate(settings):
        alone = fit_many(Linear(softmax), X, Y, [setting], **KW)
        np.testing.assert_array_equal(together.params["weights"][trial], alone.params["weights"][0])
    assert together.n_steps.max() < 60
    assert np.isnan(together.learning_rate_curve).all()


def test_the_gradient_is_zero_where_it_ends():
    trained = fit_many(Linear(softmax), X, Y, [Setting(LBFGS(tolerance=1e-9), l2=0.05)], **KW)
    _, gradients = Linear(softmax).loss_and_gradients(dict(trained.params), X, Y, None)
    np.testing.assert_allclose(gradients["weights"] + 0.05 * trained.params["weights"], 0, atol=1e-7)
    np.testing.assert_allclose(gradients["bias"], 0, atol=1e-7)


def test_the_loss_curve_stands_after_each_iteration():
    heard = []
    trained = fit_many(Linear(softmax), X, Y, [Setting(Halving())], on_epoch=heard.append, **KW | {"epochs": 3})
    params = {name: np.full_like(param, 1 / 8) for name, param in trained.params.items()}
    np.testing.assert_allclose(trained.params["weights"], params["weights"])
    assert [report.epoch for report in heard] == [0, 1, 2]
    assert trained.loss_curve[0, 2] == pytest.approx(Linear(softmax).loss_and_gradients(params, X, Y, None)[0][0])


def test_patience_ends_the_search_and_the_best_is_kept():
    held = np.arange(0, 80, 3)
    targets = X @ np.ones((5, 1)) * 0.4
    settings, options = [Setting(Halving())], KW | {"n_outputs": 1, "held_out": held, "patience": 2}
    trained = fit_many(Linear(squared, fit_intercept=False), X, targets, settings, **options)
    assert trained.best_epochs[0] == 0
    np.testing.assert_allclose(trained.params["weights"], 0.5)
    assert np.isfinite(trained.validation_curve[0]).sum() == 3


@pytest.mark.fault("F25")
def test_a_search_that_leaves_the_finite_numbers_has_diverged():
    trained = fit_many(Linear(softmax), X, Y, [Setting(Exploding())], **KW)
    assert trained.divergences[0].step == 1
    assert trained.divergences[0].learning_rate is None
    np.testing.assert_allclose(trained.params["weights"], 1)


@pytest.mark.parametrize(
    ("family", "options", "word"),
    [
        (Linear(softmax), {"scheduler": Cosine()}, "a scheduler"),
        (Linear(softmax), {"l1": 0.1}, "an l1 penalty"),
        (Linear(softmax), {"clip_norm": 1.0}, "clip_norm"),
        (Linear(softmax), {"averaging": 0.9}, "averaging"),
        (MLP(softmax, (3,), dropout=0.1), {}, "dropout"),
    ],
)
def test_what_has_no_meaning_without_steps_is_refused(family, options, word):
    with pytest.raises(ConfigError, match=f"Optimizer 'LBFGS' makes no steps of its own accord that {word} could"):
        fit_many(family, X, Y, [Setting(LBFGS(), **options)], **KW)


def test_a_search_cannot_be_resumed():
    with pytest.raises(ConfigError, match="'LBFGS' cannot be written down half-way"):
        fit_many(Linear(softmax), X, Y, [Setting(LBFGS())], on_snapshot=print, **KW)
