import io
import os

import numpy as np
import pytest
from PIL import Image

from runner.errors import DataError
from runner_builtin.sources.pictures import Decoder, image_endings

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)


def encoded(pixels, format="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format)
    return buffer.getvalue()


@pytest.mark.parametrize(("mode", "shape"), [("grey", (4, 6)), ("rgb", (4, 6, 3)), ("rgba", (4, 6, 4))])
def test_the_mode_says_how_many_channels_there_are(mode, shape):
    picture = Decoder(mode, None)(encoded(PIXELS), "x")
    assert picture.pixels.shape == shape
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.owndata
    assert picture.remarks == ()


def test_the_size_is_height_and_width():
    assert Decoder("grey", (5, 2))(encoded(PIXELS), "x").pixels.shape == (5, 2)


@pytest.mark.parametrize("colours", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_pixels_of_up_to_eight_bits_are_read_whatever_their_colours(colours):
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), (200, 200, 200)).convert(colours).save(buffer, "TIFF")
    assert Decoder("rgb", None)(buffer.getvalue(), "x").pixels.shape == (2, 3, 3)


def test_endings_are_those_of_formats_that_pillow_reads_by_itself():
    assert {".png", ".jpg", ".jpeg", ".gif", ".tif", ".webp", ".bmp"} <= image_endings()
    assert not {".eps", ".ps", ".pdf", ".txt", ".csv"} & image_endings()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "WEBP", "GIF", "TGA", "PPM", "ICO", "DDS", "PCX"])
def test_damage_of_any_kind_is_a_data_error_or_still_an_image(format):
    rng, whole = np.random.default_rng(0), encoded(PIXELS, format)
    decode, told, pictures = Decoder("grey", None), [], []
    for _ in range(int(os.environ.get("RUNNER_FUZZ", 100))):
        content = bytearray(whole)
        for at in rng.integers(len(content), size=3):
            content[at] = rng.integers(256)
        try:
            pictures.append(decode(bytes(content), "x"))
        except DataError as error:
            told.append(str(error))
    assert told or pictures
    assert all(text.startswith("x ") for text in told)
    assert all(picture.pixels.ndim == 2 for picture in pictures)
