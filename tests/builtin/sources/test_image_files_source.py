import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError, ResourceError
from runner_builtin.sources import image_files_source
from runner_builtin.sources.image_files_source import ImageFilesSource

FASHION = Path(__file__).parents[4] / "shared" / "data" / "fashion-mnist-mini" / "fashion_png.zip"
RNG = np.random.default_rng(0)
PIXELS = {f"{kind}/{n}.png": RNG.integers(0, 256, (4, 6, 3), dtype=np.uint8) for kind in ("cat", "dog") for n in "12"}
STACK = np.stack(list(PIXELS.values()))


def encoded(pixels, format="PNG", **options):
    buffer = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(buffer, format, **options)
    return buffer.getvalue()


@pytest.fixture
def context(tmp_path):
    put(tmp_path, {name: encoded(pixels) for name, pixels in PIXELS.items()})
    return SourceContext(tmp_path, 0)


def put(folder, files):
    for name, content in files.items():
        (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / name).write_bytes(content)


def load(context, **options):
    return ImageFilesSource(path="images", **options).load(context)


def refusal(context, error=DataError, **options):
    with pytest.raises(error) as caught:
        load(context, **options)
    return str(caught.value)


# --- what is read ------------------------------------------------------------------------------------------


def test_each_image_is_a_row_and_its_folder_the_class(context):
    dataset = load(context, mode="rgb")
    np.testing.assert_array_equal(dataset.features, STACK)
    assert dataset.features.dtype == np.uint8
    assert dataset.target.tolist() == ["cat", "cat", "dog", "dog"]
    assert dataset.row_ids.tolist() == [0, 1, 2, 3]
    assert dataset.notes == ()


def test_grey_is_the_luma_of_itu_r_601(context):
    luma = STACK @ np.array([0.299, 0.587, 0.114])
    features = load(context).features
    assert features.shape == (4, 4, 6)
    assert np.abs(features - luma).max() <= 0.51


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM", "TGA"])
def test_every_format_that_loses_nothing_gives_the_same_pixels(context, tmp_path, format):
    grey = np.tile(np.arange(6, dtype=np.uint8) * 40, (4, 1))
    put(tmp_path, {f"dog/new.{format.lower()}": encoded(grey, format, lossless=True)})
    np.testing.assert_array_equal(load(context, files="**/new.*").features, grey[None])


def test_files_of_other_endings_are_left_out_and_told(context, tmp_path):
    put(
        tmp_path,
        {"README.md": b"#", "cat/labels.csv": b"x", ".DS_Store": b"", "dog/3.JPG": encoded(STACK[0], "JPEG")},
    )
    dataset = load(context)
    assert dataset.n_rows == 5
    (note,) = dataset.notes
    assert "3 files of" in note
    assert "'.DS_Store', 'README.md', 'cat/labels.csv'" in note


def test_transparency_can_be_kept_and_its_loss_is_told(context, tmp_path):
    clear = np.full((4, 6, 4), 77, dtype=np.uint8)
    put(tmp_path, {"cat/1.png": encoded(clear)})
    kept = load(context, mode="rgba")
    np.testing.assert_array_equal(kept.features[0], clear)
    assert (kept.features[1:, ..., 3] == 255).all()
    assert kept.notes == ()
    assert load(context, mode="rgb").notes == ("1 images lose their transparency in mode rgb",)


def test_opaque_images_lose_nothing_and_say_nothing(context, tmp_path):
    opaque = np.dstack([STACK[0], np.full((4, 6), 255, dtype=np.uint8)])
    put(tmp_path, {"cat/1.png": encoded(opaque)})
    dataset = load(context, mode="rgb")
    np.testing.assert_array_equal(dataset.features, STACK)
    assert dataset.notes == ()


def test_palettes_are_resolved(context, tmp_path):
    palette = Image.fromarray(STACK[0]).quantize(256)
    put(tmp_path, {"cat/1.png": encoded(palette, transparency=bytes([0, *[255] * 255]))})
    assert load(context, mode="rgb").notes == ("1 images lose their transparency in mode rgb",)


def test_images_are_turned_as_their_exif_orientation_says(context, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.rot90(STACK[0])
    put(tmp_path, {"cat/1.png": encoded(lying, exif=exif)})
    dataset = load(context, mode="rgb")
    np.testing.assert_array_equal(dataset.features, STACK)
    assert dataset.notes == ("1 images are turned upright as their EXIF orientation says",)


def test_of_several_frames_the_first_is_read_and_told(context, tmp_path):
    frames = [Image.fromarray(np.full((4, 6), value, dtype=np.uint8)) for value in (9, 99)]
    put(tmp_path, {"cat/1.png": encoded(frames[0], save_all=True, append_images=frames[1:])})
    dataset = load(context)
    assert (dataset.features[0] == 9).all()
    assert dataset.notes == ("1 images hold several frames, of which the first is read",)


def test_images_of_other_sizes_are_named(context, tmp_path):
    put(tmp_path, {f"dog/{n}.png": encoded(STACK[0][:, :5]) for n in range(10, 20)})
    text = refusal(context)
    assert "the first image, 'cat/1.png', is 4 x 6 pixels" in text
    assert "'dog/10.png' 4 x 5, 'dog/11.png' 4 x 5, 'dog/12.png' 4 x 5 (height x width)" in text
    assert "size: [4, 6]" in text


def test_a_last_image_of_another_size_is_named(context, tmp_path):
    put(tmp_path, {"dog/9.png": encoded(STACK[0][:3])})
    assert "but 'dog/9.png' 3 x 6" in refusal(context)


def test_images_can_be_brought_to_one_size(context, tmp_path):
    put(tmp_path, {"dog/9.png": encoded(np.full((40, 90), 7, dtype=np.uint8))})
    features = load(context, size=(8, 3)).features
    assert features.shape == (5, 8, 3)
    assert (features[-1] == 7).all()
    expected = Image.fromarray(STACK[0]).convert("L").resize((3, 8), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(features[0], np.asarray(expected))


# --- classes and groups ------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path):
    """Write a table of labels, and give its absolute path."""

    def table(text):
        (tmp_path / "labels.csv").write_text(text)
        return str(tmp_path / "labels.csv")

    return table


ROWS = "".join(f"{name},{number}\n" for number, name in enumerate(PIXELS))


def test_classes_can_come_from_a_table(context, table):
    path = table("image,ignored,kind\n" + "".join(f"{name},x,{name[4]}\n" for name in reversed(PIXELS)))
    dataset = load(context, labels="table", table=path, file_column="image", label_column="kind")
    assert dataset.target.tolist() == ["1", "2", "1", "2"]


def test_the_table_counts_for_the_fingerprint(context, table):
    source = ImageFilesSource(path="images", labels="table", table=table("file,label\n" + ROWS))
    first = source.fingerprint(context)
    assert first == source.load(context).fingerprint != load(context).fingerprint
    table("file,label\n" + ROWS.replace(",3", ",0"))
    assert source.fingerprint(context) != first


def test_a_table_and_its_label_option_go_together(context, table):
    assert "go together" in refusal(context, ConfigError, labels="table")
    path = table("file,label\n" + ROWS)
    assert "go together" in refusal(context, ConfigError, table=path)
    assert "set labels: pattern" in refusal(context, ConfigError, labels="table", table=path, pattern="(.)")


def test_classes_and_groups_can_come_from_names(context):
    dataset = load(context, labels="pattern", pattern="/(.)", group_by="^(.)")
    assert dataset.target.tolist() == ["1", "2", "1", "2"]
    assert dataset.groups.tolist() == ["c", "c", "d", "d"]


# --- archives, batches -------------------------------------------------------------------------------------


def test_an_archive_gives_the_same_rows(context, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for name in reversed(PIXELS):
            archive.write(tmp_path / "images" / name, f"train/{name}")
    packed = ImageFilesSource(path="images.zip", only="train").load(context)
    folder = load(context)
    np.testing.assert_array_equal(packed.features, folder.features)
    assert packed.target.tolist() == folder.target.tolist()
    assert packed.fingerprint == folder.fingerprint


def test_batches_are_the_same_rows(context, tmp_path, monkeypatch):
    monkeypatch.setattr(image_files_source, "_BATCH_BYTES", 80)
    put(tmp_path, {"README": b"", "cat/1.png": encoded(np.full((4, 6, 4), 77, dtype=np.uint8))})
    source = ImageFilesSource(path="images", group_by="(.)/")
    whole, batches = source.load(context), list(source.batches(context))
    assert [batch.n_rows for batch in batches] == [3, 1]
    for part in ("features", "target", "row_ids", "groups"):
        joined = np.concatenate([getattr(batch, part) for batch in batches])
        np.testing.assert_array_equal(joined, getattr(whole, part))
    assert {batch.fingerprint for batch in batches} == {whole.fingerprint}
    assert sum((batch.notes for batch in batches), ()) == whole.notes
    assert len(whole.notes) == 2


def test_batches_need_not_be_read_to_the_end(context, monkeypatch):
    monkeypatch.setattr(image_files_source, "_BATCH_BYTES", 1)
    batches = ImageFilesSource(path="images").batches(context)
    assert next(batches).n_rows == 1
    batches.close()


@pytest.mark.skipif(not FASHION.is_file(), reason="the Fashion-MNIST excerpt is not here")
@pytest.mark.parametrize(("part", "rows"), [("train", 600), ("test", 200)])
def test_fashion_images_are_read_from_their_zip(part, rows):
    source = ImageFilesSource(path=FASHION.name, only=f"fashion_png/{part}")
    dataset = source.load(SourceContext(FASHION.parent, 0))
    assert dataset.features.shape == (rows, 28, 28)
    assert np.unique(dataset.target, return_counts=True)[1].tolist() == [rows // 10] * 10


# --- faults ------------------------------------------------------------------------------------------------


@pytest.mark.fault("F62")
@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF"])
def test_a_truncated_image_is_named(context, tmp_path, format):
    content = encoded(RNG.integers(0, 256, (50, 50), dtype=np.uint8), format)
    put(tmp_path, {"cat/1.png": content[: len(content) * 2 // 3]})
    text = refusal(context, size=(4, 6))
    assert "images/cat/1.png cannot be read as an image" in text
    assert f"({len(content) * 2 // 3:,} bytes)" in text


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_image_is_named(context, tmp_path, content):
    put(tmp_path, {"dog/2.png": content})
    assert "images/dog/2.png cannot be read as an image" in refusal(context)


def test_a_flipped_byte_is_an_error(context, tmp_path):
    content = bytearray(encoded(STACK[0]))
    content[content.index(b"IDAT") + 10] ^= 0xFF
    put(tmp_path, {"dog/2.png": bytes(content)})
    assert "dog/2.png cannot be read" in refusal(context)


@pytest.mark.fault("F63")
@pytest.mark.parametrize("side", [100_000_000, 500_000_000])
def test_an_image_of_too_many_pixels_is_never_decoded(context, tmp_path, side):
    header = bytearray(encoded(STACK[0]))
    at = header.index(b"IHDR")
    header[at + 4 : at + 8] = side.to_bytes(4, "big")
    crc = zlib.crc32(header[at : at + 17])
    header[at + 17 : at + 21] = crc.to_bytes(4, "big")
    put(tmp_path, {"dog/2.png": bytes(header)})
    assert "dog/2.png says that it has more than 89,478,485 pixels" in refusal(context)


@pytest.mark.fault("F63")
@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
def test_pillows_warning_about_pixels_is_an_error(context, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 23)
    with pytest.warns(Image.DecompressionBombWarning):
        assert "more than 23 pixels" in refusal(context)


def test_more_than_eight_bits_are_not_cut_in_silence(context, tmp_path):
    put(tmp_path, {"cat/1.png": encoded(np.full((4, 6), 40_000, dtype=np.uint16))})
    assert "cat/1.png has pixels of Pillow's mode 'I" in refusal(context)


def test_postscript_is_not_handed_to_another_program(context, tmp_path):
    put(tmp_path, {"cat/3.eps": encoded(STACK[0], "EPS")})
    assert "'cat/3.eps'" in load(context).notes[0]
    put(tmp_path, {"cat/1.png": encoded(STACK[0], "EPS")})
    assert "cat/1.png cannot be read as an image" in refusal(context)


def test_more_than_there_is_memory_is_told_before(context, monkeypatch):
    def too_much(shape, dtype):
        raise MemoryError

    monkeypatch.setattr(image_files_source.np, "empty", too_much)
    assert "4 images of 4 x 6 take 0.0 GB" in refusal(context, ResourceError)


MEASURE = """
import re, sys
from pathlib import Path
from runner.contracts import SourceContext
from runner_builtin.sources.image_files_source import ImageFilesSource
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
ImageFilesSource(path="few", size=(8, 8)).load(SourceContext(Path(sys.argv[1]), 0))
before = peak()
ImageFilesSource(path="many", size=(8, 8)).load(SourceContext(Path(sys.argv[1]), 0))
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the peak of memory")
def test_only_a_few_images_are_decoded_at_once(tmp_path):
    content = encoded(np.zeros((2000, 1500, 3), dtype=np.uint8))
    for folder, count in (("few", 16), ("many", 60)):
        (tmp_path / folder / "x").mkdir(parents=True)
        for number in range(count):
            (tmp_path / folder / "x" / f"{number}.png").write_bytes(content)
    done = subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 40, "60 images of 9 MB each were on their way at once"
