"""More training images from those there are: shifted, rotated, flipped, cropped, zoomed.

Images are arrays of shape (n_rows, height, width) or (n_rows, height, width, channels).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from annotated_types import Gt

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Count, Positive
from runner_builtin.augmenters.bilinear import sample_bilinear
from runner_builtin.image_arrays import image_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Images worked on at once; interpolation holds about ten arrays of this many images.
_BLOCK = 1024


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Move images by whole pixels, up to `max_pixels` each way and never by none; 0 moves in.

    copies: new images per image. Raises DataError for what are no images.
    """

    max_pixels: Count = 1
    copies: Count = 1

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by `copies` rounds of moved ones."""
        made = copied_images(dataset, self.copies, "shift")
        reach = self.max_pixels
        side = 2 * reach + 1
        draws = rng.integers(side * side - 1, size=made.n_rows)
        draws += draws >= side * side // 2  # the middle of the square is no move
        return dataset.joined(made.with_features(_moved(made.features, draws // side, draws % side, reach)))


@dataclass(frozen=True, kw_only=True)
class Rotate:
    """Turn images about their centre by a random angle of up to `max_degrees` each way; 0 turns in.

    Pixels are interpolated linearly. copies: new images per image. Raises DataError for what are no images.
    """

    max_degrees: Positive = 10.0
    copies: Count = 1

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by `copies` rounds of turned ones."""
        made = copied_images(dataset, self.copies, "rotate")
        angles = np.deg2rad(rng.uniform(-self.max_degrees, self.max_degrees, size=made.n_rows))
        return dataset.joined(made.with_features(in_blocks(_turned, made.features, angles)))


@dataclass(frozen=True, kw_only=True)
class Flip:
    """Add each image's mirror image. direction: "horizontal" swaps left and right, "vertical" top and bottom.

    Raises DataError for what are no images.
    """

    direction: Literal["horizontal", "vertical"] = "horizontal"

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by their mirror images."""
        made = copied_images(dataset, 1, "flip")
        return dataset.joined(
            made.with_features(np.flip(made.features, axis=2 if self.direction == "horizontal" else 1))
        )


@dataclass(frozen=True, kw_only=True)
class Crop:
    """Cut a random window out of images, `margin` pixels less high and wide, and stretch it to full size.

    Pixels are interpolated linearly. copies: new images per image. Raises DataError for what are no images,
    and for a margin that leaves less than 2 pixels.
    """

    margin: Count = 1
    copies: Count = 1

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by `copies` rounds of stretched windows."""
        made = copied_images(dataset, self.copies, "crop")
        height, width = made.features.shape[1:3]
        if min(height, width) - self.margin < 2:
            raise DataError(
                f"augmenter 'crop': a margin of {self.margin} leaves less than 2 pixels of images of "
                f"{height} x {width}; the largest possible is {max(min(height, width) - 2, 0)}."
            )
        corners = rng.integers(self.margin + 1, size=(made.n_rows, 2))
        size = (height - self.margin, width - self.margin)
        return dataset.joined(
            made.with_features(
                in_blocks(lambda images, corner: _stretched(images, corner, size), made.features, corners)
            )
        )


@dataclass(frozen=True, kw_only=True)
class Zoom:
    """Add each image enlarged or shrunk about its centre by a random factor; 0 moves in.

    max_factor: at most so many times as large, and at least one such part; all sizes between are equally likely on
    a logarithmic scale. Pixels are interpolated linearly. Raises DataError for what are no images.
    """

    max_factor: Annotated[float, Gt(1)] = 1.2

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the zoomed ones."""
        made = copied_images(dataset, 1, "zoom")
        reach = math.log(self.max_factor)
        factors = np.exp(rng.uniform(-reach, reach, size=made.n_rows))
        return dataset.joined(made.with_features(in_blocks(_zoomed, made.features, factors)))


def copied_images(dataset: Dataset, copies: int, name: str) -> Dataset:
    """Repeat all rows `copies` times, after checking that they are images. Raises DataError for others."""
    image_array(dataset.features, f"augmenter {name!r}")
    return dataset.take(np.tile(np.arange(dataset.n_rows), copies))


def _moved(images: NDArray[Any], down: NDArray[Any], right: NDArray[Any], reach: int) -> NDArray[Any]:
    """Move each image by (down - reach, right - reach) pixels."""
    _, height, width = images.shape[:3]
    padded = np.pad(images, [(0, 0), (reach, reach), (reach, reach), *[(0, 0)] * (images.ndim - 3)])
    rows = np.arange(height) + (2 * reach - down)[:, None]
    columns = np.arange(width) + (2 * reach - right)[:, None]
    each = np.arange(len(images))[:, None, None]
    return np.asarray(padded[each, rows[:, :, None], columns[:, None, :]])


def in_blocks(
    change: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]], images: NDArray[Any], drawn: NDArray[Any]
) -> NDArray[Any]:
    """Apply `change(images, drawn)` to blocks of images, so that the memory needed stays small."""
    made = np.empty_like(images)
    for start in range(0, len(images), _BLOCK):
        block = slice(start, start + _BLOCK)
        made[block] = change(images[block], drawn[block])
    return made


def _zoomed(images: NDArray[Any], factors: NDArray[np.float64]) -> NDArray[Any]:
    n, height, width = images.shape[:3]
    y = (np.arange(height) - (height - 1) / 2) / factors[:, None] + (height - 1) / 2
    x = (np.arange(width) - (width - 1) / 2) / factors[:, None] + (width - 1) / 2
    shape = (n, height, width)
    return sample_bilinear(images, np.broadcast_to(y[:, :, None], shape), np.broadcast_to(x[:, None, :], shape))


def _turned(images: NDArray[Any], angles: NDArray[np.float64]) -> NDArray[Any]:
    _, height, width = images.shape[:3]
    y, x = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    sine, cosine = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    from_y = cosine * y - sine * x + (height - 1) / 2
    from_x = sine * y + cosine * x + (width - 1) / 2
    return sample_bilinear(images, from_y, from_x)


def _stretched(images: NDArray[Any], corners: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Stretch windows of `size` to full size. corners: (n, 2), (y, x) of each window's first pixel."""
    n, height, width = images.shape[:3]
    y = corners[:, :1] + np.linspace(0, size[0] - 1, height)
    x = corners[:, 1:] + np.linspace(0, size[1] - 1, width)
    shape = (n, height, width)
    return sample_bilinear(images, np.broadcast_to(y[:, :, None], shape), np.broadcast_to(x[:, None, :], shape))
