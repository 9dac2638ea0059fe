import numpy as np

from runner.learn import Trained


def test_the_params_of_one_trial_have_no_trial_axis():
    weights = np.arange(12.0).reshape(2, 3, 2)
    curve, counts = np.zeros((2, 1)), np.ones(2, dtype=int)
    trained = Trained({"weights": weights}, curve, curve, curve, (None, None), counts, counts)
    one = trained.params_of(1)["weights"]
    np.testing.assert_array_equal(one, weights[1])
    assert one.flags.c_contiguous
