"""Images read between their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sample_bilinear(images: NDArray[Any], y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[Any]:
    """Interpolate each image linearly at positions of its own; outside of an image everything is 0.

    images: (n, height, width, ...). y, x: (n, new_height, new_width), in pixels, (0, 0) is the centre of
    the first. Returns (n, new_height, new_width, ...) of the images' dtype, rounded where that is integer.
    """
    _, height, width = images.shape[:3]
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1), *[(0, 0)] * (images.ndim - 3)])
    y = np.clip(y, -1, height) + 1
    x = np.clip(x, -1, width) + 1
    top = np.minimum(y.astype(int), height)
    left = np.minimum(x.astype(int), width)
    extra = (1,) * (images.ndim - 3)
    down = (y - top).reshape(*y.shape, *extra)
    right = (x - left).reshape(*x.shape, *extra)
    each = np.arange(len(images))[:, None, None]
    upper = (1 - right) * padded[each, top, left] + right * padded[each, top, left + 1]
    lower = (1 - right) * padded[each, top + 1, left] + right * padded[each, top + 1, left + 1]
    sampled = (1 - down) * upper + down * lower
    return np.asarray(np.rint(sampled) if images.dtype.kind in "iu" else sampled, dtype=images.dtype)
