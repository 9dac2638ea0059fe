import numpy as np
import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.image_arrays import fitting, float_images, image_array


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3, 4, 1), (2, 3, 4, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_images_are_numbers_of_three_or_four_dimensions(shape, dtype):
    images = np.zeros(shape, dtype)
    assert image_array(images, "x") is images


@pytest.mark.parametrize(
    "features", [np.eye(3), np.zeros((1, 2, 3, 4, 5)), np.array([[["x"]]]), np.ones((1, 2, 2), bool), pd.DataFrame()]
)
def test_what_is_no_image_is_refused(features):
    with pytest.raises(DataError, match=r"^x needs images, an array of numbers of shape"):
        image_array(features, "x")


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.float32, np.float32), (np.float16, np.float64), (np.uint8, np.float64)]
)
def test_float32_stays_and_everything_else_becomes_float64(dtype, expected):
    assert float_images(np.zeros((1, 2, 2), dtype)).dtype == expected


def test_whole_numbers_are_rounded_and_floats_are_not():
    assert fitting(np.array([1.5, 2.4]), np.dtype(np.uint8)).tolist() == [2, 2]
    assert fitting(np.array([1.5, 2.4]), np.dtype(np.float64)).tolist() == [1.5, 2.4]
