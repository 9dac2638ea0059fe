"""More training images from those there are: brighter, darker, noisy, or with a part cut out.

Images are arrays of shape (n_rows, height, width) or (n_rows, height, width, channels). Their type stays, and so
does the range of their values: 0 to 255 for uint8, otherwise from the lowest to the highest pixel of the rows given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import Count, Positive, UnitInterval
from runner_builtin.augmenters.image_augmenters import copied_images, in_blocks
from runner_builtin.image_arrays import fitting, float_images

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """Add each image brighter or darker: all pixels times a random factor from 1 - max_change to 1 + max_change.

    Raises DataError for what are no images.
    """

    max_change: UnitInterval = 0.2

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the changed ones."""
        made = copied_images(dataset, 1, "brightness")
        limits = _value_range(made.features)
        factors = rng.uniform(1 - self.max_change, 1 + self.max_change, size=made.n_rows)

        def brightened(images: NDArray[Any], drawn: NDArray[Any]) -> NDArray[Any]:
            each = drawn.reshape(-1, *(1,) * (images.ndim - 1))
            return _kept(float_images(images) * each, limits, images.dtype)

        return dataset.joined(made.with_features(in_blocks(brightened, made.features, factors)))


@dataclass(frozen=True, kw_only=True)
class ImageNoise:
    """Add each image with normally distributed noise on every pixel.

    std: its standard deviation as a share of the range of values. Raises DataError for what are no images.
    """

    std: Positive = 0.05

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the noisy ones."""
        made = copied_images(dataset, 1, "image_noise")
        low, high = _value_range(made.features)

        def noisy(images: NDArray[Any], _ids: NDArray[Any]) -> NDArray[Any]:
            noise = rng.normal(0.0, self.std * (high - low), size=images.shape)
            return _kept(float_images(images) + noise, (low, high), images.dtype)

        return dataset.joined(made.with_features(in_blocks(noisy, made.features, made.row_ids)))


@dataclass(frozen=True, kw_only=True)
class Cutout:
    """Add each image with a square of it set to `fill` (DeVries & Taylor, 2017).

    The square's centre is any pixel, so that part of it may lie outside. size: its side in pixels. Raises DataError
    for what are no images, ConfigError for a fill that their type cannot hold.
    """

    size: Count = 8
    fill: float = 0.0

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by those with a hole."""
        made = copied_images(dataset, 1, "cutout")
        _, height, width = made.features.shape[:3]
        top = rng.integers(height, size=made.n_rows) - self.size // 2
        left = rng.integers(width, size=made.n_rows) - self.size // 2
        inside = (
            _between(np.arange(height), top, self.size)[:, :, None]
            & _between(np.arange(width), left, self.size)[:, None]
        )
        holed = made.features.copy()
        holed[inside] = self._filling(holed.dtype)
        return dataset.joined(made.with_features(holed))

    def _filling(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        if dtype.kind in "iu" and not np.iinfo(dtype).min <= round(self.fill) <= np.iinfo(dtype).max:
            raise ConfigError(f"augmenter 'cutout': fill: {self.fill!r} is no value that pixels of {dtype} can have.")
        return fitting(np.asarray(self.fill), dtype)


def _between(places: NDArray[Any], start: NDArray[Any], size: int) -> NDArray[np.bool_]:
    """Return (n_rows, n_places), true for the `size` places from each start on."""
    return (places >= start[:, None]) & (places < start[:, None] + size)


def _value_range(images: NDArray[Any]) -> tuple[float, float]:
    if images.dtype == np.uint8:
        return 0.0, 255.0
    return (float(images.min()), float(images.max())) if images.size else (0.0, 0.0)


def _kept(values: NDArray[Any], limits: tuple[float, float], dtype: np.dtype[Any]) -> NDArray[Any]:
    return fitting(np.clip(values, *limits), dtype)
