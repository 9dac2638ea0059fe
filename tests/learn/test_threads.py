import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from runner.errors import ConfigError
from runner.learn import Linear, Setting, fit_many, softmax, threads
from runner_builtin.training.optimizers import Adam, StochasticGradientDescent

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 12)).astype("float32")
CLASSES = RNG.integers(0, 3, 300)
RATES = np.geomspace(0.001, 0.3, 7)


def train(settings, n_threads, loss=softmax, **options):
    given = {"n_outputs": 3, "epochs": 3, "batch_size": 32, "seed": 1, "threads": n_threads} | options
    return fit_many(Linear(loss), X, CLASSES, settings, **given)


@pytest.fixture
def tiny_work_is_shared(monkeypatch):
    monkeypatch.setattr(threads, "WORTH_WORKERS", 0)


def test_a_small_training_stays_on_one_thread():
    assert threads.plan(64, 100, 1000, 8) == threads.Plan((slice(0, 64),), 1, 1)


def test_tiles_hold_every_trial_once_keep_all_workers_busy_and_fit_the_cache():
    for n_trials in (2, 3, 7, 64, 65, 256):
        for n_threads in (1, 2, 3, 8):
            plan = threads.plan(n_trials, 400_000, 1e9, n_threads)
            covered = [trial for tile in plan.tiles for trial in range(n_trials)[tile]]
            assert covered == list(range(n_trials))
            assert plan.workers == min(n_threads, n_trials) <= len(plan.tiles)
            assert plan.workers * plan.blas <= n_threads
            assert max(len(range(n_trials)[tile]) for tile in plan.tiles) * 400_000 <= threads.TILE_BYTES


def test_one_large_training_has_all_threads_for_its_products_and_a_small_one_a_single_one():
    assert threads.plan(1, 4, threads.WORTH_BLAS * 2, 4).blas == 4
    assert threads.plan(1, 4, threads.WORTH_BLAS / 2, 4).blas == 1


def test_without_a_budget_blas_says_how_many_threads_there_are():
    with threadpool_limits(1, user_api="blas"):
        assert threads.budget(None) == 1
    assert threads.budget(3) == 3
    with pytest.raises(ConfigError, match="threads 0 could compute nothing"):
        threads.budget(0)


@pytest.mark.parametrize("optimizer", [StochasticGradientDescent, Adam])
def test_threads_change_nothing_beyond_rounding_and_the_same_number_not_a_bit(optimizer, tiny_work_is_shared):
    settings = [Setting(optimizer(learning_rate=rate), l2=rate / 100, averaging=0.9) for rate in RATES]
    alone, two, again = (train(settings, n_threads) for n_threads in (1, 2, 2))
    for name, param in alone.params.items():
        np.testing.assert_allclose(two.params[name], param, rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(two.params[name], again.params[name])
    np.testing.assert_allclose(two.loss_curve, alone.loss_curve, rtol=1e-5)
    np.testing.assert_array_equal(two.n_steps, alone.n_steps)


def test_a_trial_that_diverges_on_one_worker_leaves_the_others_alone(tiny_work_is_shared):
    rates = [0.1, 1e30, 0.01, 1e30, 1e30, 0.02]
    settings = [Setting(StochasticGradientDescent(learning_rate=rate), l2=0.1) for rate in rates]
    together = train(settings, 3)
    assert [flag is not None for flag in together.divergences] == [rate > 1 for rate in rates]
    sound = train([settings[0], settings[2], settings[5]], 1)
    np.testing.assert_allclose(together.params["weights"][[0, 2, 5]], sound.params["weights"], rtol=1e-4, atol=1e-6)


def test_workers_and_blas_together_stay_within_the_budget(tiny_work_is_shared):
    seen = []

    def watched(scores, targets):
        seen.append(max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"))
        return softmax(scores, targets)

    before = [pool["num_threads"] for pool in threadpool_info()]
    train([Setting(StochasticGradientDescent(learning_rate=rate)) for rate in RATES], 2, watched, epochs=1)
    assert set(seen) == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_the_budget_is_within_what_the_machine_has():
    assert 1 <= threads.budget(None) <= max(64, os.cpu_count())


def test_an_error_in_one_worker_ends_the_others(tiny_work_is_shared):
    def broken(scores, targets):
        raise ZeroDivisionError("this loss is broken")

    with pytest.raises(ZeroDivisionError, match="this loss is broken"):
        train([Setting(Adam(learning_rate=rate)) for rate in RATES], 2, broken)
