import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.sources import idx_source
from runner_builtin.sources.idx_source import IdxSource

FASHION = Path(__file__).parents[4] / "shared" / "data" / "fashion-mnist-mini"
CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
IMAGES = np.arange(5 * 3 * 2, dtype=np.uint8).reshape(5, 3, 2)
LABELS = np.array([3, 1, 2, 1, 0], dtype=np.uint8)


def idx(array):
    kind = array.dtype.str[1:]
    header = struct.pack(f">HBB{array.ndim}I", 0, CODES[kind], array.ndim, *array.shape)
    return header + array.astype(f">{kind}").tobytes()


ENCODED, ENCODED_LABELS = idx(IMAGES), idx(LABELS)


@pytest.fixture
def written(tmp_path):
    """Write images and labels, and give the source that reads them."""

    def written(images=ENCODED, labels=ENCODED_LABELS, **options):
        (tmp_path / "images").write_bytes(images)
        (tmp_path / "labels").write_bytes(labels)
        return IdxSource(images="images", labels="labels", **options), SourceContext(tmp_path, 0)

    return written


def refusal(source, context):
    with pytest.raises(DataError) as caught:
        source.load(context)
    return str(caught.value)


@pytest.mark.parametrize("kind", CODES)
def test_every_type_of_the_format_is_read(written, kind):
    images = (np.arange(-6, 6) * 1.5).astype(kind).reshape(2, 3, 2)
    source, context = written(idx(images), idx(np.array([-1, 300], dtype="i2")))
    dataset = source.load(context)
    np.testing.assert_array_equal(dataset.features, images)
    assert dataset.features.dtype == np.dtype(kind)
    assert dataset.target.tolist() == [-1, 300]
    assert dataset.row_ids.tolist() == [0, 1]


def test_compressed_files_are_unpacked(written):
    source, context = written(gzip.compress(idx(IMAGES)), gzip.compress(idx(LABELS)))
    np.testing.assert_array_equal(source.load(context).features, IMAGES)


def test_labels_may_be_left_out(written):
    _, context = written()
    assert IdxSource(images="images").load(context).target is None


def test_the_fingerprint_is_of_the_bytes_of_both_files(written):
    source, context = written()
    first = source.fingerprint(context)
    assert first == source.load(context).fingerprint
    written(labels=idx(LABELS[::-1]))
    assert source.fingerprint(context) != first
    assert IdxSource(images="images").fingerprint(context) != first


def test_batches_are_the_same_rows(written, monkeypatch):
    monkeypatch.setattr(idx_source, "_BATCH_BYTES", 13)
    source, context = written()
    batches, whole = list(source.batches(context)), source.load(context)
    assert [batch.n_rows for batch in batches] == [2, 2, 1]
    for part in ("features", "target", "row_ids"):
        joined = np.concatenate([getattr(batch, part) for batch in batches])
        np.testing.assert_array_equal(joined, getattr(whole, part))
    assert {batch.fingerprint for batch in batches} == {whole.fingerprint}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n", "is no IDX file: it begins with b'\\x89PNG'"),
        (b"\0\0", "is no IDX file"),
        (b"\0\0\x08\0", "is no IDX file"),
        (b"\0\0\x0a\x01\0\0\0\x01x", "is no IDX file"),
        (idx(IMAGES)[:9], "ends within its header, which tells of 3 sizes"),
        (idx(IMAGES[:0]), "holds no numbers; its header tells of 0 x 3 x 2 numbers of 1 bytes"),
        (idx(IMAGES) + b"x", "goes on after the 5 x 3 x 2 numbers of 1 bytes"),
    ],
)
def test_what_is_no_idx_file_is_refused(written, content, told):
    assert told in refusal(*written(content))


@pytest.mark.fault("F62")
def test_a_truncated_file_is_refused_with_counts(written):
    text = refusal(*written(idx(IMAGES)[:-4]))
    assert "ends after 26 bytes of numbers; its header tells of 5 x 3 x 2 numbers of 1 bytes, 30 bytes" in text
    assert "it is truncated" in refusal(*written(gzip.compress(idx(IMAGES))[:-9]))


@pytest.mark.fault("F63")
def test_a_header_that_asks_for_terabytes_is_refused_at_once(written):
    header = struct.pack(">HBB3I", 0, 0x0E, 3, 10**6, 1000, 1000)
    assert "unpacks to more than 2,147,483,648 bytes" in refusal(*written(header + bytes(100)))
    smaller = struct.pack(">HBB3I", 0, 0x08, 3, 10**3, 1000, 1000)
    assert "times as many" in refusal(*written(smaller + bytes(100)))


def test_more_labels_than_images_are_refused(written):
    assert "holds 4 labels for 5 images" in refusal(*written(labels=idx(LABELS[:4])))


@pytest.mark.parametrize("labels", [IMAGES, LABELS.astype("f4")])
def test_labels_are_whole_numbers_one_per_row(written, labels):
    assert "labels are whole numbers, one per row" in refusal(*written(labels=idx(labels)))


@pytest.mark.skipif(not FASHION.is_dir(), reason="the Fashion-MNIST excerpt is not here")
def test_fashion_mnist_is_read_as_published():
    source = IdxSource(images="train6000-images-idx3-ubyte.gz", labels="train6000-labels-idx1-ubyte.gz")
    dataset = source.load(SourceContext(FASHION, 0))
    assert dataset.features.shape == (6000, 28, 28)
    assert dataset.features.dtype == np.uint8
    assert np.bincount(dataset.target).tolist() == [560, 643, 608, 612, 584, 594, 590, 617, 590, 602]


@pytest.mark.skipif(not FASHION.is_dir(), reason="the Fashion-MNIST excerpt is not here")
def test_the_nearest_neighbour_meets_the_published_figure():
    parts = [
        IdxSource(images=f"{part}-images-idx3-ubyte.gz", labels=f"{part}-labels-idx1-ubyte.gz")
        for part in ("train6000", "test1000")
    ]
    train, test = (part.load(SourceContext(FASHION, 0)) for part in parts)
    rows, new = (part.features.reshape(part.n_rows, -1) / 255 for part in (train, test))
    # of |a - b|² only |a|² - 2ab tells which a is nearest to b
    nearest = np.argmin((rows**2).sum(axis=1) - 2 * new @ rows.T, axis=1)
    assert np.mean(train.target[nearest] == test.target) == pytest.approx(0.796, abs=1e-9)
