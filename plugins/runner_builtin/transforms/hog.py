"""Histograms of oriented gradients (Dalal & Triggs, 2005), by scikit-image, an extra of the distribution."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError, PluginError
from runner.options import Count
from runner_builtin.image_arrays import float_images, image_array
from runner_builtin.transforms.image_transforms import ImageTransform

try:
    from skimage.feature import hog
except ImportError as error:
    raise PluginError(
        "transform 'hog' needs scikit-image, which is not installed: pip install 'runner-ml[images]'"
    ) from error


class Hog(ImageTransform):
    """Describe images by how strong gradients of each direction are in their cells (Dalal & Triggs, 2005).

    orientations: directions told apart, from 0 to 180 degrees. cell: side of a cell in pixels. block: side of a block
    in cells, whose histograms are normalised together by `norm`; blocks overlap by all but one cell. Of a pixel in
    colour the channel with the strongest gradient counts. Images smaller than a block raise DataError.
    """

    def __init__(
        self,
        *,
        orientations: Count = 9,
        cell: Count = 8,
        block: Count = 2,
        norm: Literal["L1", "L1-sqrt", "L2", "L2-Hys"] = "L2-Hys",
    ) -> None:
        self.orientations = orientations
        self.cell = cell
        self.block = block
        self.norm = norm

    def transform(self, X: Any) -> NDArray[Any]:
        """Return (n_rows, blocks down * blocks across * block * block * orientations)."""
        images = float_images(image_array(X, "transform 'hog'"))
        height, width = images.shape[1:3]
        down, across = (side // self.cell - self.block + 1 for side in (height, width))
        if min(down, across) < 1:
            raise DataError(
                f"transform 'hog': a block of {self.block} x {self.block} cells of {self.cell} pixels does not fit "
                f"into images of {height} x {width}; make cell or block smaller."
            )
        described = np.empty((len(images), down * across * self.block**2 * self.orientations), dtype=images.dtype)
        for row, image in enumerate(images):
            described[row] = hog(
                image,
                orientations=self.orientations,
                pixels_per_cell=(self.cell, self.cell),
                cells_per_block=(self.block, self.block),
                block_norm=self.norm,
                channel_axis=-1 if images.ndim == 4 else None,
            )
        return described
