import numpy as np
import pytest

from runner.learn.activations import ACTIVATIONS

REACHES = np.array([-3.0, -1.0, -0.1, 0.2, 1.0, 4.0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_the_differences_of_the_curve(name):
    _, slope = ACTIVATIONS[name](REACHES)
    above, _ = ACTIVATIONS[name](REACHES + 1e-6)
    below, _ = ACTIVATIONS[name](REACHES - 1e-6)
    np.testing.assert_allclose(slope, (above - below) / 2e-6, atol=1e-8)


def test_known_values():
    assert ACTIVATIONS["relu"](REACHES)[0].tolist() == [0, 0, 0, 0.2, 1, 4]
    np.testing.assert_allclose(ACTIVATIONS["tanh"](REACHES)[0], np.tanh(REACHES))
    # z · Φ(z) of the normal distribution, which the tanh formula meets to three digits
    np.testing.assert_allclose(ACTIVATIONS["gelu"](np.array([1.0, -1.0]))[0], [0.8413, -0.1587], atol=1e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays(name):
    passed, slope = ACTIVATIONS[name](REACHES.astype("float32"))
    assert passed.dtype == slope.dtype == np.float32
