import pickle

import numpy as np
import pytest
import skops.io
from PIL import Image
from skimage.color import rgb2gray
from skimage.transform import resize as scikit_resize
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from runner.errors import DataError
from runner_builtin.transforms.hog import Hog
from runner_builtin.transforms.image_to_matrix import ImageToMatrix
from runner_builtin.transforms.image_transforms import Flatten, Grey, Normalise, Resize

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 16, 12), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (5, 16, 12, 3), dtype=np.uint8)
ALL = [
    Grey(),
    Resize(size=(9, 7)),
    Normalise(),
    Normalise(by="image"),
    Normalise(by="channel"),
    Flatten(),
    Hog(cell=4),
]


@pytest.mark.parametrize("transform", ALL, ids=repr)
@pytest.mark.parametrize("images", [GREY, COLOUR, COLOUR / 255, GREY.astype(np.float32)], ids=["g", "c", "cf", "g32"])
def test_each_row_is_transformed_by_itself_and_nothing_is_learned(transform, images):
    before = images.copy()
    whole = transform.transform(images)
    np.testing.assert_array_equal(clone(transform).fit(images[:2]).transform(images), whole)
    np.testing.assert_allclose(np.concatenate([transform.transform(images[n : n + 1]) for n in range(5)]), whole)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_it_can_be_saved(transform):
    fitted = clone(transform).fit(COLOUR)
    name = f"{type(transform).__module__}.{type(transform).__qualname__}"
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=[name])
    for copy in (pickle.loads(pickle.dumps(fitted)), saved):
        np.testing.assert_array_equal(copy.transform(COLOUR), transform.transform(COLOUR))


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_what_is_no_image_is_refused(transform):
    for use in (transform.fit, transform.transform):
        with pytest.raises(DataError, match=f"transform '{type(transform).__name__.lower()}' needs images"):
            use(np.eye(3))


def test_grey_agrees_with_pillow_up_to_its_rounding():
    theirs = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in COLOUR])
    ours = Grey().transform(COLOUR)
    assert ours.dtype == np.uint8
    assert np.abs(ours.astype(int) - theirs).max() <= 1
    assert (ours != theirs).mean() < 0.02
    # scikit-image weighs by Rec. 709: near, and not the same
    assert 0.01 < np.abs(Grey().transform(COLOUR / 255) - rgb2gray(COLOUR)).max() < 0.2


def test_grey_leaves_images_of_one_channel_and_opacity_out():
    assert Grey().transform(GREY) is GREY
    np.testing.assert_array_equal(Grey().transform(GREY[..., None]), GREY)
    opaque = np.concatenate([COLOUR, COLOUR[..., :1]], axis=3)
    np.testing.assert_array_equal(Grey().transform(opaque), Grey().transform(COLOUR))
    with pytest.raises(DataError, match="images of 1, 3 or 4 channels; found 2"):
        Grey().transform(COLOUR[..., :2])


def test_uint8_is_resized_as_pillow_does_it():
    theirs = np.stack(
        [np.asarray(Image.fromarray(image).resize((7, 9), Image.Resampling.BILINEAR)) for image in COLOUR]
    )
    ours = Resize(size=(9, 7)).transform(COLOUR)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == np.uint8
    np.testing.assert_array_equal(Resize(size=(9, 7)).transform(COLOUR[..., 1]), ours[..., 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint16])
def test_other_numbers_keep_their_type_and_range(dtype):
    images = COLOUR.astype(dtype) * dtype(100)
    made = Resize(size=(32, 30)).transform(images)
    assert made.dtype == dtype
    assert images.min() <= made.min() <= made.max() <= images.max()
    assert np.abs(made - Resize(size=(32, 30)).transform(COLOUR) * 100.0).max() <= 101


def test_shrinking_averages_instead_of_skipping():
    stripes = np.tile(np.array([0.0, 1.0]), (1, 8, 4))
    np.testing.assert_allclose(Resize(size=(2, 2)).transform(stripes), 0.5, atol=0.1)
    smooth = scikit_resize(GREY[0] / 255, (8, 6), anti_aliasing=True)
    assert np.abs(Resize(size=(8, 6)).transform(GREY[:1] / 255)[0] - smooth).max() < 0.2


def test_pixels_are_brought_from_0_to_1():
    made = Normalise().transform(COLOUR)
    np.testing.assert_allclose(made, COLOUR / 255)
    assert made.dtype == np.float64
    assert Normalise(full=16.0).transform(np.full((1, 2, 2), 8, np.float32)).dtype == np.float32


def test_each_image_or_channel_can_be_brought_to_mean_0_and_spread_1():
    by_image, by_channel = (Normalise(by=by).transform(COLOUR) for by in ("image", "channel"))
    np.testing.assert_allclose(by_image.mean(axis=(1, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(by_image.std(axis=(1, 2, 3)), 1)
    np.testing.assert_allclose(by_channel.mean(axis=(1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(by_channel.std(axis=(1, 2)), 1)
    assert not np.allclose(by_image, by_channel)


def test_images_of_one_shade_become_0():
    for by in ("image", "channel"):
        assert not Normalise(by=by).transform(np.full((1, 3, 3), 7)).any()


def test_flatten_lays_out_row_by_row():
    flat = Flatten().transform(COLOUR)
    np.testing.assert_array_equal(flat, COLOUR.reshape(5, -1))
    np.testing.assert_array_equal(flat, ImageToMatrix(scale=1.0).fit_transform(COLOUR))


def test_they_work_in_a_pipeline_and_with_image_to_matrix():
    target = np.array([0, 1, 0, 1, 0])
    for end in (ImageToMatrix(), Flatten(), Hog(cell=4)):
        pipeline = make_pipeline(Grey(), Resize(size=(8, 8)), Normalise(), end, LogisticRegression())
        assert clone(pipeline).fit(COLOUR, target).predict(COLOUR).shape == (5,)
