"""Images as arrays: (n_rows, height, width), or (n_rows, height, width, channels)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def image_array(features: Any, where: str) -> NDArray[Any]:
    """Return features that are images. where: how messages call who wants them. Raises DataError for others."""
    if not isinstance(features, np.ndarray) or features.ndim not in (3, 4) or features.dtype.kind not in "iuf":
        shape = getattr(features, "shape", "?")
        raise DataError(
            f"{where} needs images, an array of numbers of shape (n_rows, height, width) or (n_rows, height, width, "
            f"channels); found {type(features).__name__} of shape {shape}."
        )
    return features


def float_images(images: NDArray[Any]) -> NDArray[Any]:
    """Return images as floats: float32 stays, everything else becomes float64."""
    return images if images.dtype == np.float32 else images.astype(np.float64, copy=False)


def fitting(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Bring computed pixels back to the type that the images had, rounded where that is no float."""
    return np.asarray(np.rint(values) if dtype.kind in "iu" else values, dtype=dtype)
