import numpy as np

from runner.learn.averaging import Averaging

PATH = [np.array([[1.0], [1.0], [1.0]]), np.array([[3.0], [3.0], [3.0]]), np.array([[8.0], [8.0], [8.0]])]


def walked(kept):
    averaging, averages = Averaging.of(kept), {"w": np.full((3, 1), 100.0)}
    for step, param in enumerate(PATH, start=1):
        averages = averaging.moved(averages, {"w": param}, step)
    return averages["w"].ravel()


def test_each_trial_has_its_own_mean_and_none_is_drawn_to_the_first_parameters():
    last, exponential, plain = walked([0.0, 0.5, 1.0])
    assert last == 8
    assert exponential == 0.5 * (0.5 * 1 + 0.5 * 3) + 0.5 * 8
    assert plain == 4


def test_without_averaging_trials_there_is_none():
    assert Averaging.of([0.0, 0.0]) is None


def test_a_trial_that_does_not_average_has_exactly_its_last_iterate():
    rng = np.random.default_rng(0)
    param = {"w": rng.standard_normal((2, 50)).astype("float32")}
    moved = Averaging.of([0.0, 0.9]).moved({"w": rng.standard_normal((2, 50)).astype("float32")}, param, 20)
    np.testing.assert_array_equal(moved["w"][0], param["w"][0])
    assert (moved["w"][1] != param["w"][1]).any()
    assert moved["w"].dtype == np.float32
