import numpy as np

from runner.learn.penalties import Penalty

PARAM = np.array([[-1.0, 0.0, 0.0, 2.0], [-1.0, 0.0, 0.0, 2.0]])
GRADIENT = np.array([[0.5, 0.05, 0.5, -0.5], [0.5, 0.05, 0.5, -0.5]])


def test_l2_adds_its_share_of_the_parameters():
    penalty = Penalty.of([0, 0], [0.1, 0.1], 2, "float64")
    np.testing.assert_allclose(penalty.added_to(GRADIENT, PARAM), GRADIENT + 0.1 * PARAM)


def test_l1_pulls_to_zero_and_holds_there_what_the_loss_does_not_pull_harder():
    gradient = Penalty.of([0.1, 0.1], [0, 0], 2, "float64").added_to(GRADIENT, PARAM)
    np.testing.assert_allclose(gradient[0], [0.4, 0.0, 0.4, -0.4])


def test_elastic_net_adds_both():
    gradient = Penalty.of([0.1, 0.1], [0.2, 0.2], 2, "float64").added_to(GRADIENT, PARAM)
    np.testing.assert_allclose(gradient[0], [0.2, 0.0, 0.4, 0.0], atol=1e-15)


def test_a_weight_that_crosses_zero_stops_there():
    penalty = Penalty.of([0.1, 0.1], [0, 0], 2, "float64")
    before = np.array([[1.0, -1.0, 0.0, 0.0]] * 2)
    gradient = np.array([[5.0, -0.1, -0.5, 0.0]] * 2)
    after = np.array([[-0.2, -0.9, 0.3, 0.1]] * 2)
    np.testing.assert_array_equal(penalty.stopped_at_zero(after, before, gradient)[0], [0, -0.9, 0.3, 0])


def test_trials_without_l1_are_not_held_back_by_a_neighbour_that_has_it():
    penalty = Penalty.of([0.1, 0.0], [0, 0], 2, "float64")
    before, after = np.array([[1.0], [1.0]]), np.array([[-1.0], [-1.0]])
    np.testing.assert_array_equal(penalty.stopped_at_zero(after, before, before), [[0.0], [-1.0]])
    np.testing.assert_allclose(penalty.added_to(before, before), [[1.1], [1.0]])


def test_without_penalties_arrays_pass_as_they_are():
    penalty = Penalty.of([0, 0], [0, 0], 2, "float64")
    assert penalty.added_to(GRADIENT, PARAM) is GRADIENT
    assert penalty.stopped_at_zero(PARAM, PARAM, GRADIENT) is PARAM
