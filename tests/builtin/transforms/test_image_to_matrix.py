import pickle

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from runner.errors import DataError
from runner_builtin.transforms.image_to_matrix import ImageToMatrix

IMAGES = np.arange(24).reshape(2, 3, 4)


def test_pixels_are_laid_out_row_by_row_and_divided_by_the_largest():
    matrix = ImageToMatrix().fit_transform(IMAGES)
    np.testing.assert_array_equal(matrix, np.arange(24).reshape(2, 12) / 23)


def test_the_scale_is_that_of_the_training_images():
    assert ImageToMatrix().fit(IMAGES).transform(IMAGES * 2).max() == 2.0


def test_a_given_scale_is_used():
    assert ImageToMatrix(scale=16.0).fit_transform(IMAGES)[0, 8] == 0.5


def test_black_images_stay_black():
    assert not ImageToMatrix().fit_transform(np.zeros((2, 2, 2))).any()


def test_negative_pixels_count_by_their_size():
    assert ImageToMatrix().fit_transform(-IMAGES).min() == -1.0


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.float32, np.float32), (np.uint8, np.float64), (bool, np.float64)]
)
def test_the_type_is_a_float(dtype, expected):
    assert ImageToMatrix().fit_transform(IMAGES.astype(dtype)).dtype == expected


def test_channels_are_pixels_too():
    transform = ImageToMatrix().fit(np.ones((2, 2, 2, 3)))
    assert transform.transform(np.ones((1, 2, 2, 3))).shape == (1, 12)
    assert transform.get_feature_names_out()[-1] == "pixel_1_1_2"


def test_pixels_are_named_by_their_place():
    names = ImageToMatrix().fit(IMAGES).get_feature_names_out()
    assert names.tolist() == [f"pixel_{y}_{x}" for y in range(3) for x in range(4)]


def test_pandas_output_can_be_asked_for():
    frame = ImageToMatrix().set_output(transform="pandas").fit_transform(IMAGES)
    assert list(frame.columns)[:2] == ["pixel_0_0", "pixel_0_1"]


def test_other_sizes_than_learned_are_refused():
    with pytest.raises(DataError, match=r"learned images of shape \(3, 4\) and now meets \(4, 3\)"):
        ImageToMatrix().fit(IMAGES).transform(IMAGES.reshape(2, 4, 3))


@pytest.mark.parametrize("features", [np.eye(3), np.array([[["x"]]])])
def test_what_is_no_image_is_refused(features):
    with pytest.raises(DataError, match="needs images"):
        ImageToMatrix().fit(features)


def test_it_must_be_fitted_first():
    with pytest.raises(NotFittedError):
        ImageToMatrix().transform(IMAGES)


def test_it_can_be_cloned_and_saved_and_changes_nothing():
    before = IMAGES.copy()
    fitted = clone(ImageToMatrix(scale=None)).fit(IMAGES)
    expected = fitted.transform(IMAGES)
    saved = skops.io.loads(
        skops.io.dumps(fitted), trusted=["runner_builtin.transforms.image_to_matrix.ImageToMatrix"]
    )
    for copy in (pickle.loads(pickle.dumps(fitted)), saved):
        np.testing.assert_array_equal(copy.transform(IMAGES), expected)
    np.testing.assert_array_equal(IMAGES, before)
