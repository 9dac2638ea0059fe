import numpy as np
import pytest

from runner.errors import ConfigError
from runner.learn import Linear, RangeTest, Setting, range_test, softmax, task_of
from runner.learn.range_test import GRID, STEPS
from runner_builtin.training.optimizers import Adam, GradientDescent, StochasticGradientDescent

RNG = np.random.default_rng(0)
X = RNG.standard_normal((400, 6))
Y = (X @ RNG.standard_normal((6, 3))).argmax(axis=1)


def task(setting, X=X, Y=Y, epochs=30, batch_size=32):
    return task_of(Linear(softmax), X, Y, [setting], n_outputs=3, epochs=epochs, batch_size=batch_size, seed=0)


def test_the_rule_takes_the_smallest_rate_that_gains_nearly_as_much_as_the_best():
    assert RangeTest((0.1, 0.2, 0.4, 0.8), (1.5, 1.04, 1.0, np.inf), first_loss=2.0).choice == 0.2
    assert RangeTest((0.1, 0.2, 0.4, 0.8), (1.5, 1.06, 1.0, np.inf), first_loss=2.0).choice == 0.4


def test_where_no_rate_helps_the_error_says_so():
    with pytest.raises(ConfigError, match=r"No learning rate from 0\.1 to 0\.2 makes the loss smaller.*, 2\."):
        _ = RangeTest((0.1, 0.2), (2.0, np.inf), first_loss=2.0).choice


@pytest.mark.parametrize("optimizer", [StochasticGradientDescent("auto"), Adam("auto"), GradientDescent("auto")])
def test_the_choice_lies_between_rates_that_crawl_and_rates_that_diverge(optimizer):
    setting = Setting(optimizer)
    test = range_test(task(setting), setting)
    assert test.rates == GRID
    losses = dict(zip(test.rates, test.losses, strict=True))
    assert test.rates[0] < test.choice <= min(losses, key=losses.get)
    assert losses[test.choice] < 0.5 * test.first_loss
    assert test.first_loss == pytest.approx(np.log(3))


@pytest.mark.fault("F25")
def test_rates_that_diverge_have_an_infinite_loss():
    setting = Setting(StochasticGradientDescent("auto"), l2=1.0)
    test = range_test(task(setting), setting, rates=(0.1, 1e20))
    assert np.isfinite(test.losses[0])
    assert test.losses[1] == np.inf


def test_the_same_task_gives_the_same_choice():
    setting = Setting(Adam("auto"))
    assert range_test(task(setting), setting) == range_test(task(setting), setting)


def test_of_very_many_rows_no_more_are_looked_at_than_the_steps_need():
    setting = Setting(StochasticGradientDescent("auto"))
    many = task(setting, np.tile(X, (20, 1)), np.tile(Y, 20), batch_size=4)
    seen = []

    class Counting(Linear):
        def loss_and_gradients(self, params, X, targets, weights, noise=None):
            seen.append(len(targets))
            return super().loss_and_gradients(params, X, targets, weights, noise)

    object.__setattr__(many, "family", Counting(softmax))
    range_test(many, setting)
    assert len(seen) == STEPS
    assert sum(seen) == 4 * STEPS


def test_the_test_is_no_longer_than_the_training():
    setting = Setting(GradientDescent("auto"))
    short, long = (range_test(task(setting, epochs=epochs), setting) for epochs in (1, 30))
    assert min(short.losses) > min(long.losses)
