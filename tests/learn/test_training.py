import json

import numpy as np
import pytest

from runner.learn import MLP, Linear, Setting, Snapshot, Training, softmax, task_of
from runner_builtin.training.optimizers import Adam, Lion, Momentum, StochasticGradientDescent
from runner_builtin.training.schedulers import Cosine, ReduceOnPlateau

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((90, 6)), RNG.integers(0, 3, 90)
SETTINGS = {
    "one": [Setting(Adam(), Cosine(warmup=2), l2=1e-3, seed=4, averaging=0.9)],
    "many": [
        Setting(
            Momentum(learning_rate=rate), ReduceOnPlateau(patience=1, threshold=0.1), l1=l1, seed=seed, clip_norm=1
        )
        for seed, (rate, l1) in enumerate([(0.1, 0), (1e9, 1e-3), (0.3, 1e-3)])
    ],
    "no state": [Setting(StochasticGradientDescent())],
    "lion": [Setting(Lion()), Setting(Lion(beta1=0.5), averaging=1.0)],
}
FAMILIES = {"linear": Linear(softmax), "mlp": MLP(softmax, (5,), "relu", dropout=0.3)}


def task(family, settings, patience=None):
    return task_of(
        family,
        X,
        Y,
        settings,
        n_outputs=3,
        epochs=8,
        batch_size=16,
        seed=5,
        held_out=np.arange(0, 90, 4),
        patience=patience,
    )


def written_and_read(snapshot):
    arrays = {name: array.copy(order="A") for name, array in snapshot.arrays.items()}
    return Snapshot(arrays, json.loads(json.dumps(snapshot.numbers, allow_nan=False)))


@pytest.mark.fault("F88")
@pytest.mark.parametrize("patience", [None, 2])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("case", SETTINGS)
def test_a_training_resumed_after_every_epoch_ends_bit_equal(case, family, patience):
    settings = SETTINGS[case]
    common = task(FAMILIES[family], settings, patience)
    through, resumed = Training.started(common, settings), Training.started(common, settings)
    while not through.done:
        through.run_epoch()
        resumed = Training.resumed(common, settings, written_and_read(resumed.snapshot()))
        resumed.run_epoch()
    assert resumed.done
    ours, theirs = resumed.trained(), through.trained()
    for name, param in theirs.params.items():
        np.testing.assert_array_equal(ours.params[name], param)
    np.testing.assert_array_equal(ours.loss_curve, theirs.loss_curve)
    np.testing.assert_array_equal(ours.validation_curve, theirs.validation_curve)
    np.testing.assert_array_equal(ours.learning_rate_curve, theirs.learning_rate_curve)
    np.testing.assert_array_equal(ours.n_steps, theirs.n_steps)
    np.testing.assert_array_equal(ours.best_epochs, theirs.best_epochs)
    assert ours.divergences == theirs.divergences


def test_a_snapshot_does_not_change_when_the_training_goes_on():
    training = Training.started(task(FAMILIES["mlp"], SETTINGS["one"]), SETTINGS["one"])
    training.run_epoch()
    snapshot = training.snapshot()
    before = {name: array.copy() for name, array in snapshot.arrays.items()}
    training.run_epoch()
    for name, array in before.items():
        np.testing.assert_array_equal(snapshot.arrays[name], array)


def test_the_report_of_an_epoch_tells_loss_rate_and_validation():
    training = Training.started(task(FAMILIES["linear"], SETTINGS["one"]), SETTINGS["one"])
    report = training.run_epoch()
    assert report.epoch == 0
    assert np.isfinite([report.losses[0], report.learning_rates[0], report.validation_losses[0]]).all()
    assert training.n_epochs == 1
    assert not training.done


def test_a_training_whose_last_trial_diverges_has_nothing_left_to_validate():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), rng.integers(3, size=60)
    settings = [Setting(StochasticGradientDescent(learning_rate=1e30))]
    shape = {"n_outputs": 3, "epochs": 3, "batch_size": 10, "seed": 0, "held_out": np.arange(10)}
    training = Training.started(task_of(Linear(softmax), X, y, settings, **shape), settings)
    while not training.done:
        training.run_epoch()
    assert training.trained().divergences[0] is not None


def test_a_trial_that_is_dropped_keeps_what_it_had_learned_and_the_others_do_not_notice():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), rng.integers(3, size=60)
    settings = [Setting(StochasticGradientDescent(learning_rate=rate)) for rate in (0.1, 0.2)]
    task = task_of(Linear(softmax), X, y, settings, n_outputs=3, epochs=4, batch_size=10, seed=0, dtype="float64")
    whole, dropped = Training.started(task, settings), Training.started(task, settings)
    for training, last in ((whole, 4), (dropped, 2)):
        for _ in range(last):
            training.run_epoch()
    halfway = dropped.trained().params_of(0)
    dropped.drop([0])
    while not dropped.done:
        dropped.run_epoch()
    assert (dropped.trained().params_of(0)["weights"] == halfway["weights"]).all()
    assert np.allclose(dropped.trained().params_of(1)["weights"], whole.trained().params_of(1)["weights"], atol=1e-12)
    assert not np.allclose(halfway["weights"], whole.trained().params_of(0)["weights"], atol=1e-3)
