"""Reference values: three steps on f(θ) = θ², from θ = 1, worked out by hand."""

from fractions import Fraction

import numpy as np
import pytest

from runner.contracts import Optimizer
from runner_builtin.training.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Lion,
    Momentum,
    Nesterov,
    RMSProp,
    StochasticGradientDescent,
)

ALL = [GradientDescent, StochasticGradientDescent, Momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW, Lion]


def three_steps(optimizer, rate, param):
    state = optimizer.init(param)
    path = []
    for _ in range(3):
        param, state = optimizer.update(2 * param, state, param, rate)
        path.append(param)
    return path


@pytest.mark.parametrize("optimizer", [GradientDescent(), StochasticGradientDescent()])
def test_descent_walks_down_the_gradient(optimizer):
    path = three_steps(optimizer, 0.25, np.ones(1))
    np.testing.assert_allclose(np.ravel(path), [1 / 2, 1 / 4, 1 / 8])


def test_momentum_keeps_rolling():
    # v: -1/2, -1/4 - 1/4 = -1/2, -1/4 - 0 = -1/4
    path = three_steps(Momentum(momentum=0.5), 0.25, np.ones(1))
    np.testing.assert_allclose(np.ravel(path), [1 / 2, 0, -1 / 4], atol=1e-15)


def test_nesterov_follows_the_look_ahead_point_of_sutskevers_form():
    rate, momentum, theta, velocity = Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(0)
    ahead = []
    for _ in range(3):
        velocity = momentum * velocity - rate * 2 * (theta + momentum * velocity)
        theta += velocity
        ahead.append(theta + momentum * velocity)
    assert ahead == [Fraction(1, 4), Fraction(-1, 16), Fraction(-7, 64)]
    path = three_steps(Nesterov(momentum=0.5), 0.25, np.ones(1))
    np.testing.assert_allclose(np.ravel(path), [float(value) for value in ahead])


def test_adam_follows_algorithm_1_of_its_paper():
    optimizer = Adam(beta1=0.5, beta2=0.75, epsilon=1e-8)
    theta, mean, square, expected = 1.0, 0.0, 0.0, []
    for count in (1, 2, 3):
        gradient = 2 * theta
        mean = 0.5 * mean + 0.5 * gradient
        square = 0.75 * square + 0.25 * gradient**2
        theta -= 0.1 * (mean / (1 - 0.5**count)) / ((square / (1 - 0.75**count)) ** 0.5 + 1e-8)
        expected.append(theta)
    # by hand: 1 − 0.1, then − 0.1 · (1.4 / 0.75) / √(1.56 / 0.4375), then − 0.1 · 1.715596 / 1.770307
    np.testing.assert_allclose(expected, [0.9, 0.8011462, 0.7042367], atol=1e-7)
    np.testing.assert_allclose(np.ravel(three_steps(optimizer, 0.1, np.ones(1))), expected, rtol=1e-12)


def test_adagrad_divides_by_the_root_of_all_squares_so_far():
    # g = 2: 1 − 0.5 · 2/2; then g = 1: ½ − 0.5 · 1/√5; …
    second = 0.5 - 0.5 / 5**0.5
    third = second - 0.5 * 2 * second / (5 + 4 * second**2) ** 0.5
    path = three_steps(Adagrad(epsilon=1e-300), 0.5, np.ones(1))
    np.testing.assert_allclose(np.ravel(path), [0.5, second, third])


def test_rmsprop_divides_by_the_root_of_a_fading_mean_square():
    first = 1 - 0.1 * 2 / (0.25 * 4) ** 0.5
    square = 0.75 * 1 + 0.25 * (2 * first) ** 2
    second = first - 0.1 * 2 * first / square**0.5
    path = three_steps(RMSProp(decay=0.75, epsilon=1e-300), 0.1, np.ones(1))
    np.testing.assert_allclose(np.ravel(path)[:2], [first, second])


def test_adamw_is_adam_with_a_decay_beside_the_step():
    options = {"beta1": 0.5, "beta2": 0.75}
    np.testing.assert_allclose(
        three_steps(AdamW(weight_decay=0.0, **options), 0.1, np.ones(1)),
        three_steps(Adam(**options), 0.1, np.ones(1)),
        rtol=1e-12,
    )
    decayed = three_steps(AdamW(weight_decay=0.5, **options), 0.1, np.ones(1))
    # the first step of Adam has the length of the rate, whatever the gradient; decay takes 0.1 · 0.5 · 1
    assert decayed[0].item() == pytest.approx(1 - 0.1 - 0.05)


def test_lion_steps_by_the_sign_of_the_momentum_and_decays():
    # m: 0, 0.5 · 2 = 1, …; every sign is +, so each step is 0.25 · (1 + 0.5 θ)
    path = three_steps(Lion(beta1=0.5, beta2=0.5, weight_decay=0.5), 0.25, np.ones(1))
    np.testing.assert_allclose(np.ravel(path), [0.625, 0.296875, 0.296875 - 0.25 * (1 + 0.1484375)])
    assert Lion().update(np.zeros(2), {"mean": np.zeros(2)}, np.ones(2), 0.1)[0].tolist() == [1, 1]


@pytest.mark.parametrize("kind", ALL)
def test_nothing_given_is_changed_and_float32_stays(kind):
    optimizer = kind()
    param, grad = np.ones((2, 3), dtype="float32"), np.full((2, 3), 0.5, dtype="float32")
    state = optimizer.init(param)
    before = {name: np.copy(value) for name, value in state.items()}
    after, following = optimizer.update(grad, state, param, 0.1)
    assert (param == 1).all()
    assert (grad == 0.5).all()
    for name, value in state.items():
        np.testing.assert_array_equal(value, before[name])
    assert after.shape == param.shape
    assert after.dtype == np.float32
    assert set(following) == set(state)
    assert isinstance(optimizer, Optimizer)


def test_only_gd_asks_for_the_gradient_over_all_rows():
    assert [kind for kind in ALL if getattr(kind, "full_batch", False)] == [GradientDescent]
