"""One channel of an image brought to another size by Pillow, an extra of the distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import PluginError

try:
    from PIL import Image
except ImportError as error:
    raise PluginError(
        "transform 'resize' needs Pillow, which is not installed: pip install 'runner-ml[images]'"
    ) from error

if TYPE_CHECKING:
    from numpy.typing import NDArray


def resized_plane(plane: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Resize an array of shape (height, width), bilinear and antialiased. Gives uint8 for uint8, else float32."""
    pixels = np.ascontiguousarray(plane, dtype=np.uint8 if plane.dtype == np.uint8 else np.float32)
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
