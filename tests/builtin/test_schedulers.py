import numpy as np
import pytest

from runner.contracts import Scheduler
from runner_builtin.schedulers import Constant, Cosine, CosineRestarts, Exponential, Linear

ALL = [Constant(), Linear(), Exponential(), Cosine(), CosineRestarts()]
STEPS = np.arange(5)


def test_constant_is_one():
    assert Constant().factor(STEPS, 5).tolist() == [1, 1, 1, 1, 1]


def test_linear_goes_straight_to_its_end():
    np.testing.assert_allclose(Linear(end_factor=0.2).factor(STEPS, 5), [1, 0.8, 0.6, 0.4, 0.2])


def test_exponential_loses_the_same_share_at_every_step():
    np.testing.assert_allclose(Exponential(end_factor=1 / 16).factor(STEPS, 5), [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16])


def test_cosine_is_half_a_wave():
    half = 0.5**0.5
    expected = [1, (1 + half) / 2, 0.5, (1 - half) / 2, 0]
    np.testing.assert_allclose(Cosine().factor(STEPS, 5), expected, atol=1e-12)
    assert Cosine(end_factor=0.1).factor(4, 5) == pytest.approx(0.1)


def test_restarts_fill_the_training_with_waves_of_growing_length():
    factors = CosineRestarts(cycles=3, growth=2.0).factor(np.arange(14), 14)
    assert np.flatnonzero(factors == 1).tolist() == [0, 2, 6]
    np.testing.assert_allclose(factors[[1, 4, 10]], 0.5)
    assert (np.diff(factors)[[0, 2, 3, 4, 6, 12]] < 0).all()


def test_restarts_of_one_length_repeat_themselves():
    factors = CosineRestarts(cycles=2, growth=1.0, end_factor=0.2).factor(np.arange(8), 8)
    np.testing.assert_allclose(factors[:4], factors[4:])
    assert factors.min() > 0.2


@pytest.mark.parametrize("cycles", [1, 3, 10, 100])
@pytest.mark.parametrize("total", [1, 2, 7, 1000])
def test_restarts_stay_between_end_and_one_with_fewer_steps_than_waves_too(cycles, total):
    factors = CosineRestarts(cycles=cycles, end_factor=0.1).factor(np.arange(total), total)
    assert factors[0] == 1
    assert ((factors >= 0.1) & (factors <= 1)).all()


@pytest.mark.parametrize("scheduler", ALL)
def test_one_step_and_an_array_of_steps_give_the_same(scheduler):
    assert isinstance(scheduler, Scheduler)
    factors = scheduler.factor(STEPS, 5)
    assert factors.shape == (5,)
    for step in STEPS:
        one = scheduler.factor(int(step), 5)
        assert np.shape(one) == ()
        assert float(one) == pytest.approx(factors[step], rel=1e-14)


@pytest.mark.parametrize("scheduler", ALL)
def test_a_training_of_one_step_has_the_full_rate(scheduler):
    np.testing.assert_array_equal(scheduler.factor(np.arange(1), 1), [1])
