import numpy as np
import pytest

from runner.errors import DataError
from runner_builtin.transforms.hog import Hog

WAVES = np.stack([np.tile(np.sin(np.arange(16)), (16, 1)), np.tile(np.sin(np.arange(16)), (16, 1)).T])


def test_the_direction_of_edges_is_told():
    described = Hog(block=1).transform(WAVES).reshape(2, 4, 9)
    # gradients across for the first image (0 degrees), down for the second (90 degrees)
    assert described[0].argmax(axis=1).tolist() == [0] * 4
    assert described[1].argmax(axis=1).tolist() == [4] * 4


@pytest.mark.parametrize(("cell", "block", "columns"), [(8, 2, 36), (4, 2, 324), (4, 4, 144), (5, 1, 81)])
def test_the_number_of_columns_is_that_of_blocks_cells_and_directions(cell, block, columns):
    assert Hog(cell=cell, block=block).transform(WAVES).shape == (2, columns)


def test_of_colours_the_strongest_gradient_counts():
    colour = np.stack([WAVES * 0.1, WAVES, WAVES * 0.5], axis=3)
    np.testing.assert_allclose(Hog().transform(colour), Hog().transform(WAVES))


def test_brightness_and_contrast_play_no_part():
    np.testing.assert_allclose(Hog().transform(WAVES * 50 + 20), Hog().transform(WAVES), atol=1e-4)


def test_float32_stays():
    assert Hog().transform(WAVES.astype(np.float32)).dtype == np.float32


def test_images_smaller_than_a_block_are_refused():
    with pytest.raises(DataError, match=r"a block of 3 x 3 cells of 8 pixels does not fit into images of 16 x 16"):
        Hog(block=3).transform(WAVES)
