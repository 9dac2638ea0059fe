"""Image files decoded by Pillow into arrays of one kind, with every change of their pixels remarked."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.errors import DataError, PluginError

try:
    from PIL import Image, ImageOps
except ImportError as error:
    raise PluginError("images need Pillow, which is not installed: pip install 'runner-ml[images]'") from error

if TYPE_CHECKING:
    from numpy.typing import NDArray

Mode = Literal["grey", "rgb", "rgba"]
_PILLOW_MODES = {"grey": "L", "rgb": "RGB", "rgba": "RGBA"}
#: 8 bits or less per channel; others would be cut to 255 by a conversion.
_EIGHT_BITS = frozenset(
    {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"}
)
_ORIENTATION = 0x0112
#: What Pillow's readers raise for damaged files.
_BROKEN = (OSError, SyntaxError, ValueError, LookupError, TypeError, RuntimeError, struct.error, zlib.error)


@dataclass(frozen=True)
class Picture:
    """A decoded image. pixels: uint8, (height, width) or (height, width, channels); remarks: what was done to it."""

    pixels: NDArray[np.uint8]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Decoder:
    """How images are to be decoded. size: (height, width) to bring them to, None to leave them as they are."""

    mode: Mode
    size: tuple[int, int] | None

    def __call__(self, content: bytes, where: str) -> Picture:
        """Decode the bytes of one image file. Raises DataError for damaged files and for too many pixels."""
        try:
            with Image.open(io.BytesIO(content), formats=_formats()) as image:
                _check_pixels(image, where)
                return self._decoded(image, where)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_many_pixels(where) from None
        except _BROKEN as error:
            raise DataError(
                f"{where} cannot be read as an image: {error}. It is damaged, truncated or no image "
                f"({len(content):,} bytes)."
            ) from error

    def _decoded(self, image: Any, where: str) -> Picture:
        remarks = []
        if getattr(image, "is_animated", False):
            remarks.append("hold several frames, of which the first is read")
        if image.mode not in _EIGHT_BITS:
            raise DataError(
                f"{where} has pixels of Pillow's mode {image.mode!r}, more than 8 bits per channel; they would be "
                f"cut to 255. Save it with 8 bits."
            )
        if image.getexif().get(_ORIENTATION, 1) != 1:
            image = ImageOps.exif_transpose(image)
            remarks.append("are turned upright as their EXIF orientation says")
        if image.has_transparency_data:
            image = image.convert("RGBA")
            if self.mode != "rgba" and image.getchannel("A").getextrema()[0] < 255:
                remarks.append(f"lose their transparency in mode {self.mode}")
        image = image.convert(_PILLOW_MODES[self.mode])
        if self.size is not None:
            image = image.resize((self.size[1], self.size[0]), Image.Resampling.BILINEAR)
        return Picture(np.array(image, dtype=np.uint8), tuple(remarks))


def image_endings() -> frozenset[str]:
    """Return the endings of names, such as ".png", that files of readable formats have."""
    formats = set(_formats())
    return frozenset(ending for ending, name in Image.registered_extensions().items() if name in formats)


@cache
def _formats() -> tuple[str, ...]:
    """Name what Pillow reads by itself: for EPS it runs another program, Ghostscript, on the file."""
    Image.init()
    return tuple(name for name in Image.ID if name in Image.OPEN and name != "EPS")


def _check_pixels(image: Any, where: str) -> None:
    if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        raise _too_many_pixels(where)


def _too_many_pixels(where: str) -> DataError:
    return DataError(
        f"{where} says that it has more than {Image.MAX_IMAGE_PIXELS:,} pixels, Pillow's limit against files made to "
        f"fill the memory. Make the image smaller."
    )
