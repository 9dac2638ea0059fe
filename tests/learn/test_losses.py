import numpy as np
import pytest

from runner.learn import Huber, hinge, logistic, perceptron, softmax, squared, squared_hinge

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 4, 9)
CASES = {
    "softmax": (softmax, 4, CLASSES),
    "logistic": (logistic, 1, CLASSES % 2),
    "hinge": (hinge, 4, CLASSES),
    "hinge of two classes": (hinge, 1, CLASSES % 2),
    "squared hinge": (squared_hinge, 4, CLASSES),
    "squared hinge of two classes": (squared_hinge, 1, CLASSES % 2),
    "perceptron": (perceptron, 4, CLASSES),
    "huber": (Huber(0.7), 1, RNG.standard_normal(9)),
    "huber of several targets": (Huber(0.7), 3, RNG.standard_normal((9, 3))),
    "squared": (squared, 1, RNG.standard_normal(9)),
    "squared of several targets": (squared, 3, RNG.standard_normal((9, 3))),
}


@pytest.mark.parametrize("name", CASES)
def test_slopes_are_the_differences_of_the_loss(name):
    loss, n_outputs, targets = CASES[name]
    scores = RNG.standard_normal((9, n_outputs, 2))
    losses, slopes = loss(scores, targets)
    assert losses.shape == (9, 2)
    for output in range(n_outputs):
        step = np.zeros_like(scores)
        step[:, output] = 1e-6
        difference = (loss(scores + step, targets)[0] - loss(scores - step, targets)[0]) / 2e-6
        np.testing.assert_allclose(slopes[:, output], difference, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_scores_and_targets_are_left_as_they_were_and_float32_stays(name):
    loss, n_outputs, targets = CASES[name]
    scores = RNG.standard_normal((9, n_outputs, 2)).astype("float32")
    before = scores.copy(), targets.copy()
    losses, slopes = loss(scores, targets)
    np.testing.assert_array_equal(scores, before[0])
    np.testing.assert_array_equal(targets, before[1])
    assert losses.dtype == slopes.dtype == np.float32


def test_huge_scores_neither_overflow_nor_lose_the_loss():
    right, wrong = np.array([[[1e4], [0.0]]]), np.array([[[0.0], [1e4]]])
    assert softmax(right, np.array([0]))[0] == 0
    assert softmax(wrong, np.array([0]))[0] == 1e4
    assert logistic(np.array([[[-1e4]]]), np.array([1]))[0] == 1e4


def test_logistic_is_softmax_with_the_first_score_held_at_zero():
    scores = RNG.standard_normal((9, 1, 2))
    both = np.concatenate([np.zeros_like(scores), scores], axis=1)
    one, two = logistic(scores, CLASSES % 2), softmax(both, CLASSES % 2)
    np.testing.assert_allclose(one[0], two[0])
    np.testing.assert_allclose(one[1], two[1][:, 1:])


def test_known_values_of_the_margin_losses():
    scores = np.array([[[0.5], [-2.0], [0.0]]])
    assert hinge(scores, np.array([0]))[0].item() == 0.5 + 0 + 1
    assert squared_hinge(scores, np.array([0]))[0].item() == 0.25 + 0 + 1


def test_huber_is_the_squared_error_near_the_target_and_a_straight_line_beyond():
    scores = np.array([[[0.5]], [[-3.0]]])
    losses, slopes = Huber(1.0)(scores, np.zeros(2))
    assert losses.ravel().tolist() == [0.125, 2.5]
    assert slopes.ravel().tolist() == [0.5, -1.0]


def test_the_perceptron_learns_from_rows_on_the_border_too():
    losses, slopes = perceptron(np.array([[[0.0]], [[2.0]], [[-1.0]]]), np.array([1, 1, 1]))
    assert losses.ravel().tolist() == [0, 0, 1]
    assert slopes.ravel().tolist() == [-1, 0, -1]
