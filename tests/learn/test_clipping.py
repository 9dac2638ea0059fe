import numpy as np

from runner.learn.clipping import shortened

GRADIENTS = {"w": np.array([[[3.0, 0.0]], [[3.0, 0.0]], [[3.0, 0.0]]]), "b": np.array([[4.0], [4.0], [4.0]])}


def test_the_norm_is_taken_over_all_arrays_of_a_trial_together():
    short = shortened(GRADIENTS, np.array([2.5, 10.0, np.inf]))
    np.testing.assert_allclose(short["w"][:, 0, 0], [1.5, 3, 3])
    np.testing.assert_allclose(short["b"].ravel(), [2, 4, 4])


def test_gradients_short_enough_pass_as_they_are():
    assert shortened(GRADIENTS, np.full(3, 5.0)) is GRADIENTS


def test_a_gradient_of_infinite_length_is_not_made_to_look_sound():
    endless = {"w": np.array([[[np.inf, 1.0]]])}
    with np.errstate(invalid="ignore"):
        assert np.isnan(shortened(endless, np.array([1.0]))["w"]).any()


def test_float32_stays():
    gradients = {name: array.astype("float32") for name, array in GRADIENTS.items()}
    assert shortened(gradients, np.array([1.0, 2.0, 3.0]))["w"].dtype == np.float32
