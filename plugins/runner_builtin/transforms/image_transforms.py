"""Images made ready for a model: to one channel, to another size, to numbers of one scale, to rows.

Each works on one image at a time and learns nothing. Images are (n_rows, height, width) or (n_rows, height, width,
channels), of whole numbers or floats.
"""

from __future__ import annotations

import math
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from runner.errors import DataError
from runner.options import Count, Positive
from runner_builtin.image_arrays import fitting, float_images, image_array

#: ITU-R BT.601-2: how bright red, green and blue are.
_LUMA = (0.299, 0.587, 0.114)


class ImageTransform(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What transforms of images have in common: nothing is learned in `fit`."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check that there are images."""
        image_array(X, f"transform {type(self).__name__.lower()!r}")
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.input_tags.two_d_array = False
        return tags


class Grey(ImageTransform):
    """Turn colours to their luma, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601-2); whole numbers are rounded.

    Images of one channel stay as they are, a fourth channel (opacity) is left out. Gives (n_rows, height, width).
    """

    def __init__(self) -> None:
        pass

    def transform(self, X: Any) -> NDArray[Any]:
        """Return the images without channels, of the same type."""
        images = image_array(X, "transform 'grey'")
        if images.ndim == 3:
            return images
        if images.shape[3] == 1:
            return images[..., 0]
        if images.shape[3] not in (3, 4):
            raise DataError(f"transform 'grey' knows images of 1, 3 or 4 channels; found {images.shape[3]}.")
        return fitting(images[..., :3] @ np.asarray(_LUMA, dtype=float_images(images[:0]).dtype), images.dtype)


class Resize(ImageTransform):
    """Bring images to `size`, (height, width): bilinear, antialiased where they get smaller, as Pillow does it.

    uint8 is reckoned and rounded in 8 bits like image files are; other numbers as float32, whole ones then rounded.
    """

    def __init__(self, *, size: tuple[Count, Count]) -> None:
        self.size = size

    def transform(self, X: Any) -> NDArray[Any]:
        """Return images of the new size, of the same type."""
        images = image_array(X, "transform 'resize'")
        from runner_builtin.transforms.resizing import (
            resized_plane,  # an extra, which the other transforms do without
        )

        height, width = self.size
        planes = np.moveaxis(images, -1, 1) if images.ndim == 4 else images[:, None]
        resized = np.empty((*planes.shape[:2], height, width), dtype=images.dtype)
        for place in np.ndindex(*planes.shape[:2]):
            resized[place] = fitting(resized_plane(planes[place], height, width), images.dtype)
        return np.moveaxis(resized, 1, -1) if images.ndim == 4 else resized[:, 0]


class Normalise(ImageTransform):
    """Bring pixels to one scale.

    by: `range` divides by `full`, what a full pixel counts; `image` takes each image's own mean away and divides by
    its own standard deviation, `channel` does so for each channel of each image (1 where all pixels are equal).
    float32 stays, everything else becomes float64.
    """

    def __init__(self, *, by: Literal["range", "image", "channel"] = "range", full: Positive = 255.0) -> None:
        self.by = by
        self.full = full

    def transform(self, X: Any) -> NDArray[Any]:
        """Return images of the same shape."""
        images = float_images(image_array(X, "transform 'normalise'"))
        if self.by == "range":
            return np.asarray(images / np.asarray(self.full, dtype=images.dtype))
        axes = (1, 2) if self.by == "channel" else tuple(range(1, images.ndim))
        spread = images.std(axis=axes, keepdims=True)
        return np.asarray((images - images.mean(axis=axes, keepdims=True)) / np.where(spread > 0, spread, 1))


class Flatten(ImageTransform):
    """Lay out each image row by row as one row of a matrix; the values and their type stay."""

    def __init__(self) -> None:
        pass

    def transform(self, X: Any) -> NDArray[Any]:
        """Return (n_rows, n_pixels), the channels of a pixel side by side."""
        images = image_array(X, "transform 'flatten'")
        return images.reshape(len(images), math.prod(images.shape[1:]))
