import numpy as np
import pytest
from scipy import ndimage

from runner_builtin.augmenters.bilinear import sample_bilinear

RNG = np.random.default_rng(0)


def positions(n, height, width, low=-2.0, high=8.0):
    return RNG.uniform(low, high, size=(n, height, width)), RNG.uniform(low, high, size=(n, height, width))


def test_it_agrees_with_scipy():
    images = RNG.normal(size=(5, 6, 7))
    y, x = positions(5, 4, 3)
    sampled = sample_bilinear(images, y, x)
    for image, down, right, result in zip(images, y, x, sampled, strict=True):
        expected = ndimage.map_coordinates(image, [down, right], order=1, mode="grid-constant", cval=0.0)
        np.testing.assert_allclose(result, expected, atol=1e-12)


def test_pixel_centres_give_the_pixels_themselves():
    images = RNG.normal(size=(2, 3, 4))
    y, x = (np.broadcast_to(axis, (2, 3, 4)).astype(float) for axis in np.mgrid[:3, :4])
    np.testing.assert_array_equal(sample_bilinear(images, y, x), images)


def test_channels_are_sampled_alike():
    images = RNG.normal(size=(2, 5, 5, 3))
    y, x = positions(2, 5, 5)
    sampled = sample_bilinear(images, y, x)
    for channel in range(3):
        np.testing.assert_allclose(sampled[..., channel], sample_bilinear(images[..., channel], y, x))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_the_type_stays_and_integers_are_rounded(dtype):
    images = np.array([[[0, 10]]], dtype=dtype)
    sampled = sample_bilinear(images, np.zeros((1, 1, 1)), np.full((1, 1, 1), 0.58))
    assert sampled.dtype == dtype
    assert sampled.item() == pytest.approx(5.8 if dtype == np.float32 else 6)
