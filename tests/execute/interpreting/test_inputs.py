from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from runner.execute.interpreting.inputs import inputs_of


def test_the_columns_of_a_table_are_its_inputs_as_far_as_wanted() -> None:
    frame = pd.DataFrame(np.zeros((3, 4)), columns=["a", "b", "c", 4])
    assert inputs_of(frame, most=9).names == ("a", "b", "c", "4")
    fewer = inputs_of(frame, most=2)
    assert (fewer.names, fewer.left_out, fewer.single) == (("a", "b"), 2, True)


def test_wide_arrays_are_taken_in_blocks_that_cover_all_columns() -> None:
    inputs = inputs_of(np.zeros((2, 10)), most=4)
    assert inputs.names == ("0-2", "3-5", "6-8", "9")
    assert not inputs.single
    assert inputs_of(np.zeros((2, 4)), most=4).names == ("0", "1", "2", "3")


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (7, 31, 3), (1, 5)])
def test_blocks_of_an_image_cover_each_pixel_once(shape: tuple[int, ...]) -> None:
    inputs = inputs_of(np.zeros((1, *shape)), most=20)
    covered = np.zeros(shape, dtype=int)
    for part in inputs.parts:
        covered[part] += 1
    assert (covered == 1).all()
    assert len(inputs.names) == len(set(inputs.names)) <= 20


def test_only_the_input_is_taken_from_other_rows_and_nothing_is_changed_in_place() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]}, index=[7, 8, 9])
    kept = frame.copy()
    made = inputs_of(frame, most=5).replaced(frame, np.array([0, 1, 2]), 1, np.array([2, 0, 1]))
    assert made["b"].tolist() == ["z", "x", "y"]
    assert made["a"].tolist() == [1, 2, 3]
    pd.testing.assert_frame_equal(frame, kept)
    images = np.arange(2 * 2 * 2).reshape(2, 2, 2)
    swapped = inputs_of(images, most=4).replaced(images, np.array([0, 1]), 0, np.array([1, 0]))
    assert swapped.tolist() == [[[4, 1], [2, 3]], [[0, 5], [6, 7]]]
    assert images[0, 0, 0] == 0


def test_columns_of_one_name_are_two_inputs() -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    made = inputs_of(frame, most=5).replaced(frame, np.array([0, 1]), 1, np.array([1, 0]))
    assert made.to_numpy().tolist() == [[1, 4], [3, 2]]
