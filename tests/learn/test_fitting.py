from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from runner.errors import ConfigError, DataError
from runner.learn import Linear, Setting, fit_many, hinge, softmax, squared, squared_hinge
from runner_builtin.training.optimizers import Adam, GradientDescent, Momentum, Nesterov, StochasticGradientDescent
from runner_builtin.training.schedulers import Constant, Cosine, CosineRestarts, Exponential
from runner_builtin.training.schedulers import Linear as LinearDecay

RNG = np.random.default_rng(0)
N_ROWS, N_FEATURES, N_CLASSES = 150, 8, 3
DENSE = RNG.standard_normal((N_ROWS, N_FEATURES)) * (RNG.random((N_ROWS, N_FEATURES)) < 0.5)
CLASSES = (DENSE @ RNG.standard_normal((N_FEATURES, N_CLASSES)) + RNG.standard_normal((N_ROWS, N_CLASSES))).argmax(1)
FORMS = {"dense": np.asarray, "sparse": sparse.csr_matrix}
FOURS = {
    "gd": [GradientDescent(learning_rate=rate) for rate in (0.1, 0.2, 0.4, 0.8)],
    "sgd": [StochasticGradientDescent(learning_rate=rate) for rate in (0.01, 0.05, 0.1, 0.2)],
    "momentum": [Momentum(learning_rate=r, momentum=m) for r, m in ((0.1, 0.5), (0.1, 0.9), (0.02, 0.9), (0.05, 0))],
    "nesterov": [Nesterov(learning_rate=r, momentum=m) for r, m in ((0.1, 0.5), (0.1, 0.9), (0.02, 0.9), (0.05, 0))],
    "adam": [
        Adam(learning_rate=0.01),
        Adam(learning_rate=0.1, beta1=0.5),
        Adam(learning_rate=0.02, beta2=0.9),
        Adam(epsilon=1e-3),
    ],
}
SCHEDULERS = [None, LinearDecay(), Cosine(end_factor=0.1), Exponential()]


def train(settings, X=DENSE, targets=CLASSES, loss=softmax, **options):
    given = {"n_outputs": N_CLASSES, "epochs": 3, "batch_size": 32, "seed": 7} | options
    return fit_many(Linear(loss), X, targets, settings, **given)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FOURS)
def test_four_trials_together_equal_the_four_one_by_one(name, form):
    X = FORMS[form](DENSE)
    l1s, l2s = (0, 0, 1e-3, 1e-2), (0, 1e-3, 0, 1e-2)
    settings = [
        Setting(optimizer, scheduler, l1=l1, l2=l2)
        for optimizer, scheduler, l1, l2 in zip(FOURS[name], SCHEDULERS, l1s, l2s, strict=True)
    ]
    together = train(settings, X)
    assert together.divergences == (None,) * 4
    for trial, setting in enumerate(settings):
        alone = train([setting], X)
        for key, array in alone.params_of(0).items():
            np.testing.assert_allclose(together.params_of(trial)[key], array, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(together.loss_curve[trial], alone.loss_curve[0], rtol=1e-4)
        np.testing.assert_array_equal(together.learning_rate_curve[trial], alone.learning_rate_curve[0])


@pytest.mark.parametrize("loss", [softmax, hinge, squared_hinge])
@pytest.mark.parametrize("scheduler", [Constant(), LinearDecay(), Exponential(), Cosine(), CosineRestarts()])
def test_training_together_equals_one_by_one_for_every_loss_and_schedule(loss, scheduler):
    settings = [Setting(StochasticGradientDescent(learning_rate=rate), scheduler) for rate in (0.01, 0.03)]
    together = train(settings, loss=loss, dtype="float64")
    for trial, setting in enumerate(settings):
        alone = train([setting], loss=loss, dtype="float64")
        np.testing.assert_allclose(together.params["weights"][trial], alone.params["weights"][0], rtol=1e-9)


def test_dense_and_sparse_rows_train_alike():
    dense, thin = train([Setting(Momentum())]), train([Setting(Momentum())], sparse.csr_array(DENSE))
    np.testing.assert_allclose(dense.params["weights"], thin.params["weights"], rtol=1e-3, atol=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_seed_another_order():
    first, second, third = (train([Setting(Adam())], seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.params["weights"], second.params["weights"])
    np.testing.assert_array_equal(first.loss_curve, second.loss_curve)
    assert (first.params["weights"] != third.params["weights"]).any()


def test_without_shuffling_the_seed_does_not_matter():
    first, second = (train([Setting(Adam())], seed=seed, shuffle=False) for seed in (7, 8))
    np.testing.assert_array_equal(first.params["weights"], second.params["weights"])


def test_one_step_of_sgd_is_the_rate_times_the_gradient():
    trained = train(
        [Setting(StochasticGradientDescent(learning_rate=0.5))], epochs=1, batch_size=N_ROWS, dtype="float64"
    )
    chances = np.full((N_ROWS, N_CLASSES), 1 / N_CLASSES) - np.eye(N_CLASSES)[CLASSES]
    np.testing.assert_allclose(trained.params["weights"][0], -0.5 * DENSE.T @ chances / N_ROWS)
    np.testing.assert_allclose(trained.loss_curve, [[np.log(N_CLASSES)]])
    assert trained.n_steps.tolist() == [1]


def test_full_batch_descent_makes_one_step_an_epoch_whatever_the_batch_size():
    small = train([Setting(GradientDescent())], batch_size=1, dtype="float64")
    large = train([Setting(GradientDescent())], batch_size=1000, dtype="float64")
    np.testing.assert_array_equal(small.params["weights"], large.params["weights"])
    assert small.n_steps.tolist() == [3]


def test_a_whole_set_larger_than_a_block_is_averaged_over_its_blocks():
    X, targets = np.tile(DENSE, (40, 1)), np.tile(CLASSES, 40)
    once = train([Setting(GradientDescent())], dtype="float64")
    often = train([Setting(GradientDescent())], X, targets, dtype="float64")
    np.testing.assert_allclose(often.params["weights"], once.params["weights"], rtol=1e-9)
    np.testing.assert_allclose(often.loss_curve, once.loss_curve, rtol=1e-9)


def test_a_row_that_counts_twice_is_a_row_given_twice():
    weights = np.ones(N_ROWS)
    weights[:50] = 2
    X, targets = np.concatenate([DENSE, DENSE[:50]]), np.concatenate([CLASSES, CLASSES[:50]])
    weighted = train([Setting(GradientDescent())], sample_weight=weights, dtype="float64")
    repeated = train([Setting(GradientDescent())], X, targets, dtype="float64")
    np.testing.assert_allclose(weighted.params["weights"], repeated.params["weights"], rtol=1e-9)


@pytest.mark.fault("F25", "F88")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("optimizer", [StochasticGradientDescent, Momentum, Nesterov, Adam, GradientDescent])
def test_a_diverging_trial_is_flagged_and_its_neighbours_do_not_notice(optimizer, form):
    X = FORMS[form](DENSE)
    calm = [Setting(optimizer(learning_rate=0.01), l2=1e-4), Setting(optimizer(learning_rate=0.02), l2=1e-4)]
    wild = Setting(optimizer(learning_rate=1e6), l2=1e-4)
    with_wild = train([calm[0], wild, calm[1]], X, epochs=5)
    without = train(calm, X, epochs=5)
    first, flag, last = with_wild.divergences
    assert (first, last) == (None, None)
    assert flag is not None
    assert flag.learning_rate == 1e6
    assert np.isnan(with_wild.loss_curve[1, -1])
    for key, array in without.params.items():
        assert np.isfinite(with_wild.params[key]).all()
        np.testing.assert_allclose(with_wild.params[key][[0, 2]], array, rtol=1e-4, atol=1e-6)


@pytest.mark.fault("F25")
def test_a_loss_that_overflows_in_mid_epoch_is_flagged_at_that_step():
    settings = [Setting(StochasticGradientDescent(learning_rate=rate)) for rate in (0.01, 1e30)]
    trained = train(settings, targets=DENSE @ np.ones(N_FEATURES), loss=squared, n_outputs=1, epochs=4)
    flag = trained.divergences[1]
    assert flag.step in (1, 2)
    assert not trained.params["weights"][1].any()
    assert trained.loss_curve[0, -1] < trained.loss_curve[0, 0]


def test_when_every_trial_has_diverged_the_training_ends():
    heard = []
    settings = [Setting(StochasticGradientDescent(learning_rate=1e30))]
    trained = train(
        settings, targets=DENSE @ np.ones(N_FEATURES), loss=squared, n_outputs=1, epochs=50, on_epoch=heard.append
    )
    assert len(heard) == 1
    assert np.isnan(heard[0].losses).all()
    assert trained.n_steps.tolist() == [0]


def test_every_epoch_is_reported():
    heard = []
    trained = train([Setting(Adam(), Cosine()), Setting(Adam(learning_rate=0.1))], on_epoch=heard.append)
    assert [report.epoch for report in heard] == [0, 1, 2]
    np.testing.assert_array_equal(np.stack([report.losses for report in heard], axis=1), trained.loss_curve)
    np.testing.assert_array_equal(
        np.stack([report.learning_rates for report in heard], axis=1), trained.learning_rate_curve
    )


def test_nothing_given_is_changed():
    X, targets, weights = DENSE.copy(), CLASSES.copy(), np.arange(N_ROWS, dtype=float)
    optimizer = Momentum(learning_rate=0.1)
    train([Setting(optimizer), Setting(Momentum(momentum=0.5))], X, targets, sample_weight=weights)
    np.testing.assert_array_equal(X, DENSE)
    np.testing.assert_array_equal(targets, CLASSES)
    np.testing.assert_array_equal(weights, np.arange(N_ROWS))
    assert optimizer == Momentum(learning_rate=0.1)


def test_no_trial_is_an_error():
    with pytest.raises(ConfigError, match="no trial to train"):
        train([])


def test_sample_weights_of_another_length_are_an_error():
    with pytest.raises(DataError, match=r"shape \(3,\)"):
        train([Setting(Adam())], sample_weight=np.ones(3))


def test_an_ordinary_elementwise_optimizer_of_a_stranger_is_fused():
    class SignDescent:
        def __init__(self, learning_rate=0.01, shrink=0.0):
            self.learning_rate = learning_rate
            self.shrink = shrink

        def init(self, param):
            return {}

        def update(self, grad, state, param, learning_rate):
            return (1 - self.shrink) * param - learning_rate * np.sign(grad), {}

    settings = [Setting(SignDescent(shrink=0.1)), Setting(SignDescent(learning_rate=0.1))]
    together = train(settings)
    for trial, setting in enumerate(settings):
        np.testing.assert_allclose(
            together.params["weights"][trial], train([setting]).params["weights"][0], rtol=1e-4, atol=1e-6
        )


class Unit:
    """Steps of unit length in the direction of the gradient: the whole array decides how long it is."""

    elementwise = False

    def __init__(self, learning_rate=0.1):
        self.learning_rate = learning_rate

    def init(self, param):
        assert param.ndim < 3
        return {"steps": np.zeros(len(param))}

    def update(self, grad, state, param, learning_rate):
        return param - learning_rate * grad / (np.linalg.norm(grad) + 1e-12), {"steps": state["steps"] + 1}


def test_an_optimizer_that_is_not_elementwise_is_trained_trial_after_trial_and_sees_its_own_array():
    settings = [Setting(Unit(rate), l2=1e-3) for rate in (0.1, 0.05, 1e30)]
    together = train(settings)
    for trial, setting in enumerate(settings):
        alone = train([setting])
        for key, array in alone.params_of(0).items():
            np.testing.assert_array_equal(together.params_of(trial)[key], array)
        np.testing.assert_array_equal(together.loss_curve[trial], alone.loss_curve[0])
    assert together.divergences[:2] == (None, None)
    assert together.divergences[2] is not None


HELD = np.arange(0, N_ROWS, 5)


def test_rows_held_out_are_validated_on_and_not_learned_from():
    targets = CLASSES.copy()
    first = train([Setting(Adam())], held_out=HELD)
    targets[HELD] = (targets[HELD] + 1) % N_CLASSES
    second = train([Setting(Adam())], targets=targets, held_out=HELD)
    np.testing.assert_array_equal(first.params["weights"], second.params["weights"])
    assert (first.validation_curve < second.validation_curve).all()
    rest = np.setdiff1d(np.arange(N_ROWS), HELD)
    gd = [Setting(GradientDescent())]
    np.testing.assert_allclose(
        train(gd, held_out=HELD).params["weights"], train(gd, DENSE[rest], CLASSES[rest]).params["weights"], rtol=1e-5
    )


def test_patience_stops_each_trial_by_itself_at_its_best_epoch():
    noise = np.random.default_rng(3).integers(0, N_CLASSES, N_ROWS)
    settings = [Setting(Adam(learning_rate=rate)) for rate in (0.5, 0.001, 0.05)]
    options = {"targets": noise, "held_out": HELD, "epochs": 25}
    together = train(settings, patience=3, **options)
    watched = train(settings, **options)
    for trial in range(3):
        curve = watched.validation_curve[trial]
        epochs = int(np.isfinite(together.loss_curve[trial]).sum())
        best = int(together.best_epochs[trial])
        np.testing.assert_allclose(together.validation_curve[trial, :epochs], curve[:epochs], rtol=1e-4)
        assert best == np.nanargmin(together.validation_curve[trial])
        assert epochs == min(25, best + 1 + 3)
        at_best = train([settings[trial]], **options | {"epochs": best + 1})
        np.testing.assert_allclose(
            together.params_of(trial)["weights"], at_best.params_of(0)["weights"], rtol=1e-4, atol=1e-6
        )
    assert len(set(together.n_steps.tolist())) > 1


@pytest.mark.parametrize("options", [{"patience": 3}, {"patience": 0, "held_out": HELD}])
def test_patience_without_rows_to_validate_on_is_an_error(options):
    with pytest.raises(ConfigError, match="Set validation_share too"):
        train([Setting(Adam())], **options)


@pytest.mark.fault("F88")
@pytest.mark.parametrize("options", [{"epochs": 0}, {"batch_size": 0}])
def test_a_training_of_no_steps_is_an_error(options):
    with pytest.raises(ConfigError, match="would take no step"):
        train([Setting(Adam())], **options)


@pytest.mark.fault("F88")
def test_a_warm_up_longer_than_the_training_is_an_error():
    with pytest.raises(ConfigError, match=r"scheduler.warmup 15 is 15 steps, and the whole training has 15\."):
        train([Setting(Adam(), Cosine(warmup=15))])


def test_clipped_steps_of_plain_descent_are_no_longer_than_the_rate_times_the_limit():
    settings = [Setting(StochasticGradientDescent(learning_rate=0.5), clip_norm=limit) for limit in (0.01, np.inf)]
    clipped, free = (
        np.sqrt(
            sum(np.square(train([one], epochs=1, batch_size=N_ROWS).params[key]).sum() for key in ("weights", "bias"))
        )
        for one in settings
    )
    assert clipped == pytest.approx(0.005, rel=1e-5)
    assert free > 0.05


def test_the_mean_of_all_iterates_is_what_averaging_by_one_gives():
    setting = Setting(StochasticGradientDescent(learning_rate=0.3))
    iterates = [train([setting], epochs=n, batch_size=N_ROWS, dtype="float64").params["weights"] for n in (1, 2, 3)]
    averaged = train([replace(setting, averaging=1.0)], epochs=3, batch_size=N_ROWS, dtype="float64")
    np.testing.assert_allclose(averaged.params["weights"], np.mean(iterates, axis=0), rtol=1e-12)
