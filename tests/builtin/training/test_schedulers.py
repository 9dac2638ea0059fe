import numpy as np
import pytest

from runner.contracts import Scheduler
from runner.errors import ConfigError
from runner_builtin.training.schedulers import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseSqrt,
    Linear,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Step,
)

RISING = [Constant, Linear, Polynomial, Exponential, Step, InverseSqrt, Cosine, CosineRestarts, ReduceOnPlateau]
ALL = [*(kind() for kind in RISING), OneCycle()]
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


def test_polynomial_is_a_power_of_what_is_left():
    np.testing.assert_allclose(Polynomial(power=2, end_factor=0.2).factor(STEPS, 5), [1, 0.65, 0.4, 0.25, 0.2])


def test_steps_are_equal_parts():
    factors = Step(drops=2, drop=0.1).factor(np.arange(9), 9)
    np.testing.assert_allclose(factors, [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])


def test_the_inverse_root_falls_to_the_root_of_a_half_after_its_timescale():
    np.testing.assert_allclose(InverseSqrt(timescale=4).factor(np.array([0, 4, 12]), 99), [1, 0.5**0.5, 0.5])


def test_one_cycle_rises_to_its_peak_and_falls():
    factors = OneCycle(start_factor=0.2, peak=0.5, end_factor=0.1).factor(STEPS, 5)
    np.testing.assert_allclose(factors, [0.2, 0.6, 1.0, 0.55, 0.1])
    assert OneCycle().factor(np.arange(101), 101).argmax() == 30


@pytest.mark.parametrize("kind", RISING)
def test_a_warm_up_rises_in_front_of_the_schedule_itself(kind):
    factors = kind(warmup=4).factor(np.arange(10), 10)
    np.testing.assert_allclose(factors[:4], [0.2, 0.4, 0.6, 0.8])
    np.testing.assert_allclose(factors[4:], kind().factor(np.arange(6), 6))
    np.testing.assert_array_equal(kind(warmup=0.4).factor(np.arange(10), 10), factors)


@pytest.mark.fault("F88")
@pytest.mark.parametrize("kind", RISING)
@pytest.mark.parametrize("warmup", [10, 11, 0.99])
def test_a_warm_up_that_leaves_no_step_is_an_error(kind, warmup):
    with pytest.raises(
        ConfigError, match=rf"scheduler.warmup {warmup} is 1\d steps, and the whole training has 10\."
    ):
        kind(warmup=warmup).factor(0, 10)


@pytest.mark.fault("F88")
@pytest.mark.parametrize("scheduler", ALL)
def test_a_training_of_no_steps_is_an_error(scheduler):
    with pytest.raises(ConfigError, match="over 0 steps has no first one"):
        scheduler.factor(0, 0)


def heard(scheduler, scores):
    memory, factors = {}, []
    for score in scores:
        before = dict(memory)
        after = scheduler.observe(score, memory)
        assert memory == before
        memory = after
        factors.append(memory["factor"])
    return factors


def test_the_rate_falls_after_as_many_epochs_without_gain_as_patience_allows():
    plateau = ReduceOnPlateau(drop=0.5, patience=2, threshold=0.0)
    assert heard(plateau, [3, 2, 2, 2, 2, 2, 1, 1]) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_a_gain_below_the_threshold_is_none_and_the_factor_has_a_floor():
    plateau = ReduceOnPlateau(drop=0.1, patience=1, threshold=0.1, lowest=0.05)
    np.testing.assert_allclose(heard(plateau, [10, 9.5, 8.9, 8.5, 8.4]), [1, 0.1, 0.1, 0.05, 0.05])
