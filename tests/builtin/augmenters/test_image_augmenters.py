import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner_builtin.augmenters.image_augmenters import Crop, Flip, Rotate, Shift

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(30, 8, 8))
ALL = [Shift(max_pixels=2, copies=2), Rotate(copies=2), Flip(), Flip(direction="vertical"), Crop(margin=2, copies=2)]


def augmented(augmenter, images=IMAGES, seed=1):
    return augmenter.augment(Dataset.of(images, np.arange(len(images))), np.random.default_rng(seed))


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
@pytest.mark.parametrize("images", [IMAGES, (IMAGES * 255).astype(np.uint8), IMAGES[..., None] * np.ones(3)])
def test_the_rows_given_come_first_and_the_made_ones_carry_their_targets(augmenter, images):
    before = images.copy()
    dataset = augmented(augmenter, images)
    copies = getattr(augmenter, "copies", 1)
    np.testing.assert_array_equal(dataset.features[:30], before)
    np.testing.assert_array_equal(images, before)
    assert dataset.features.dtype == images.dtype
    assert dataset.features.shape == (30 * (copies + 1), *images.shape[1:])
    assert dataset.target.tolist() == list(range(30)) * (copies + 1)
    assert dataset.row_ids.tolist() == [*range(30), *[MADE] * 30 * copies]


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
def test_the_same_seed_makes_the_same_rows(augmenter):
    np.testing.assert_array_equal(augmented(augmenter).features, augmented(augmenter).features)


@pytest.mark.parametrize("augmenter", [Shift(max_pixels=2), Rotate(), Crop(margin=2)], ids=repr)
def test_another_seed_makes_other_rows(augmenter):
    assert not np.array_equal(augmented(augmenter).features, augmented(augmenter, seed=2).features)


@pytest.mark.parametrize("augmenter", ALL, ids=repr)
@pytest.mark.parametrize("features", [np.eye(3), pd.DataFrame({"a": [1]}), np.array([[["x"]]])])
def test_what_is_no_image_is_refused(augmenter, features):
    with pytest.raises(DataError, match="needs images, an array of numbers of shape"):
        augmented(augmenter, features)


def test_shifts_are_all_the_whole_moves_but_none():
    image = np.zeros((2000, 7, 7))
    image[:, 3, 3] = 1
    made = augmented(Shift(max_pixels=2), image).features[2000:]
    places = {(y - 3, x - 3) for _, y, x in np.argwhere(made)}
    assert places == {(y, x) for y in range(-2, 3) for x in range(-2, 3)} - {(0, 0)}
    assert made.sum() == 2000


def test_shifting_moves_zeros_in():
    made = augmented(Shift(max_pixels=1), np.ones((200, 4, 4))).features[200:]
    assert {int(image.sum()) for image in made} == {9, 12}


def test_rotations_agree_with_scipy_up_to_its_direction():
    image = IMAGES[:1]
    made = augmented(Rotate(max_degrees=30.0), image, seed=3).features[1]
    angle = np.random.default_rng(3).uniform(-30, 30, size=1)[0]
    turned = [
        ndimage.affine_transform(image[0], matrix, offset=3.5 - matrix @ [3.5, 3.5], order=1, mode="grid-constant")
        for sign in (1, -1)
        for sine, cosine in [(np.sin(np.deg2rad(sign * angle)), np.cos(np.deg2rad(angle)))]
        for matrix in [np.array([[cosine, -sine], [sine, cosine]])]
    ]
    assert min(np.abs(made - other).max() for other in turned) < 1e-12
    assert np.abs(made - image[0]).max() > 0.01


def test_many_images_are_turned_like_few():
    many = np.repeat(IMAGES, 70, axis=0)
    made = augmented(Rotate(), many).features[len(many) :]
    few = augmented(Rotate(), many[:50]).features[50:]
    np.testing.assert_array_equal(made[:50], few)
    assert (made.reshape(len(many), -1).sum(axis=1) > 0).all()


def test_flips_mirror_once_each_way():
    np.testing.assert_array_equal(augmented(Flip()).features[30:], IMAGES[:, :, ::-1])
    np.testing.assert_array_equal(augmented(Flip(direction="vertical")).features[30:], IMAGES[:, ::-1])


def test_crops_are_windows_stretched_to_full_size():
    ramp = np.tile(np.arange(9.0), (50, 9, 1))
    made = augmented(Crop(margin=4), ramp).features[50:]
    starts, ends = made[:, 0, 0], made[:, 0, -1]
    np.testing.assert_allclose(ends - starts, 4)  # a window of 5 pixels spans 4 steps of the ramp
    assert set(starts) == {0.0, 1.0, 2.0, 3.0, 4.0}
    np.testing.assert_allclose(np.diff(made, axis=2), 0.5)


def test_a_margin_that_leaves_no_window_is_refused():
    with pytest.raises(DataError, match=r"images of 8 x 8; the largest possible is 6"):
        augmented(Crop(margin=7))
    augmented(Crop(margin=6))
