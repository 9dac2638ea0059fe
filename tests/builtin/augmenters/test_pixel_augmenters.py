import numpy as np
import pandas as pd
import pytest

from runner.data import MADE, Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.augmenters.image_augmenters import Zoom
from runner_builtin.augmenters.pixel_augmenters import Brightness, Cutout, ImageNoise

RNG = np.random.default_rng(0)
FLOATS = RNG.uniform(-1, 1, size=(30, 8, 9))
BYTES = RNG.integers(0, 256, size=(30, 8, 9, 3), dtype=np.uint8)
COUNTS = RNG.integers(0, 17, size=(30, 8, 9))
ALL = [Brightness(max_change=0.9), ImageNoise(std=0.5), Cutout(size=3), Zoom(max_factor=1.5)]


def augmented(augmenter, images=FLOATS, seed=1):
    return augmenter.augment(Dataset.of(images, np.arange(len(images))), np.random.default_rng(seed))


def made_of(augmenter, images, seed=1):
    return augmented(augmenter, images, seed).features[len(images) :]


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
@pytest.mark.parametrize("images", [FLOATS, BYTES, COUNTS, BYTES[..., 0], FLOATS.astype(np.float32)[..., None]])
def test_type_and_range_of_values_stay_and_targets_go_along(augmenter, images):
    before = images.copy()
    dataset = augmented(augmenter, images)
    np.testing.assert_array_equal(dataset.features[:30], before)
    np.testing.assert_array_equal(images, before)
    made = dataset.features[30:]
    assert made.dtype == images.dtype
    assert made.shape == images.shape
    assert images.min() <= made.min() <= made.max() <= images.max()
    assert (made != images).any(axis=tuple(range(1, images.ndim))).mean() > 0.9
    assert dataset.target.tolist() == list(range(30)) * 2
    assert dataset.row_ids.tolist() == [*range(30), *[MADE] * 30]


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
def test_chance_is_the_seeds_alone(augmenter):
    np.testing.assert_array_equal(made_of(augmenter, FLOATS), made_of(augmenter, FLOATS))
    assert not np.array_equal(made_of(augmenter, FLOATS), made_of(augmenter, FLOATS, seed=2))


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
@pytest.mark.parametrize("features", [np.eye(3), pd.DataFrame({"a": [1]}), np.array([[["x"]]])])
def test_what_is_no_image_is_refused(augmenter, features):
    with pytest.raises(DataError, match="needs images, an array of numbers of shape"):
        augmented(augmenter, features)


def test_brightness_multiplies_all_pixels_of_an_image_alike():
    made = made_of(Brightness(max_change=0.3), np.full((500, 2, 2), 100, dtype=np.uint8))
    assert (made == made[:, :1, :1]).all()
    assert 70 <= made.min() < 80
    assert 120 < made.max() <= 130


def test_brightness_stops_at_white():
    made = made_of(Brightness(max_change=1.0), np.full((500, 2, 2), 200, dtype=np.uint8))
    assert made.max() == 255
    assert made.min() < 20


def test_noise_is_as_strong_as_said():
    made = made_of(ImageNoise(std=0.1), np.full((50, 20, 20), 128, dtype=np.uint8))
    assert made.std() == pytest.approx(25.5, rel=0.05)
    assert made.mean() == pytest.approx(128, abs=1)


def test_many_images_get_noise_of_their_own():
    made = made_of(ImageNoise(), np.linspace(0, 1, 8400).reshape(2100, 2, 2))
    assert len({image.tobytes() for image in made}) > 2000


def test_a_hole_is_a_square_that_may_lie_partly_outside():
    holes = made_of(Cutout(size=3), np.ones((2000, 7, 7))) == 0
    assert {int(hole.sum()) for hole in holes} == {4, 6, 9}
    # of 49 centres the 4 corners leave 4 pixels, the other 20 at the edge 6
    share = np.mean(holes.sum(axis=(1, 2)) == 9)
    assert share == pytest.approx(25 / 49, abs=0.05)


def test_a_hole_goes_through_all_channels_and_is_filled():
    made = made_of(Cutout(size=2, fill=7.0), np.ones((20, 6, 6, 3), dtype=np.uint8))
    assert set(np.unique(made)) == {1, 7}
    assert (made == made[..., :1]).all()


def test_a_hole_as_large_as_the_image_is_allowed():
    assert (made_of(Cutout(size=100), np.ones((3, 4, 4))) == 0).all()


@pytest.mark.parametrize("fill", [-1.0, 256.0])
def test_a_fill_that_the_type_cannot_hold_is_refused(fill):
    with pytest.raises(ConfigError, match=f"fill: {fill} is no value that pixels of uint8 can have"):
        augmented(Cutout(fill=fill), BYTES)


def test_zooming_is_about_the_centre_and_moves_zeros_in():
    images = np.zeros((300, 9, 9))
    images[:, 3:6, 3:6] = 1.0
    made = made_of(Zoom(max_factor=2.0), images)
    sizes = made.sum(axis=(1, 2))
    assert sizes.min() < 5
    assert sizes.max() > 25
    np.testing.assert_allclose(made, made[:, ::-1, ::-1], atol=1e-12)
    assert (made[:, 4, 4] == 1).all()
    corners = made_of(Zoom(max_factor=2.0), np.ones((300, 9, 9)))[:, 0, 0]
    assert (corners < 1).mean() == pytest.approx(0.5, abs=0.1)
