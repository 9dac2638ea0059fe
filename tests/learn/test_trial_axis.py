import numpy as np

from runner.learn.trial_axis import as_rows, keep, trials_first, trials_last, zeros


def test_the_weights_of_all_trials_are_one_matrix_without_a_copy():
    weights = zeros(3, (5, 2), "float32")
    matrix = trials_last(weights).reshape(5, 2 * 3)
    assert np.shares_memory(matrix, weights)


def test_arithmetic_keeps_the_trials_last_in_memory():
    weights = zeros(3, (5, 2), "float32")
    after = np.sqrt(weights * as_rows([1, 2, 3], 3, "float32") + np.zeros_like(weights))
    assert after.strides == weights.strides
    assert after.dtype == np.float32


def test_first_and_last_are_each_other_undone():
    array = np.arange(24).reshape(2, 3, 4)
    assert trials_last(array).shape == (3, 4, 2)
    np.testing.assert_array_equal(trials_first(trials_last(array)), array)


def test_keeping_trials_gives_a_copy_laid_out_alike():
    array = zeros(3, (5, 2), "float64") + np.arange(3.0)[:, None, None]
    kept = keep(array, np.array([True, False, True]))
    assert kept.shape == (2, 5, 2)
    assert kept[:, 0, 0].tolist() == [0, 2]
    assert trials_last(kept).flags.c_contiguous
    assert not np.shares_memory(kept, array)


def test_numbers_on_which_trials_agree_stay_one_float():
    assert as_rows([0.5], 3, "float32") == 0.5
    agreed = as_rows(np.array([0.5, 0.5]), 3, "float32")
    assert type(agreed) is float


def test_numbers_that_differ_broadcast_over_the_trial_axis():
    rows = as_rows([1, 2], 2, "float32")
    assert rows.shape == (2, 1)
    assert rows.dtype == np.float32
