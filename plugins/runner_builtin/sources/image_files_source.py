"""Images that lie in a file each, in any format that Pillow reads by itself."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, ResourceError
from runner.options import Count, InputFile
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.file_collection import FileCollection, collected
from runner_builtin.sources.file_names import check_pattern, group_of_each, matches_glob, name_labels
from runner_builtin.sources.file_rows import FileRows
from runner_builtin.sources.file_selection import Selection
from runner_builtin.sources.fingerprints import bytes_fingerprint
from runner_builtin.sources.label_table import LabelTable
from runner_builtin.sources.pictures import Decoder, Picture, image_endings

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Threads that decode, and images on their way through them: what is kept beside the result.
_DECODERS = 4
_IN_FLIGHT = 8
_BATCH_BYTES = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class ImageFilesSource:
    """Read a folder or an archive (zip, tar) of images, one row each, in the order of their names.

    Gives uint8 of shape (n_rows, height, width) in mode `grey` (ITU-R 601-2 luma), or (n_rows, height, width,
    channels). size: [height, width] that all are brought to (bilinear, antialiased); None asks that all are equal.
    labels: `folder` takes the first folder below `path` as an image's class, `pattern` what the one group of the
    regular expression `pattern` matches in its name, `table` what the CSV file `table` says in its columns
    `file_column` and `label_column`; None where nothing is to be predicted. Names are relative to `path`, or to its
    subfolder `only`. files: which are read (`**` stands for any folders); None for all with an image's ending.
    group_by: a regular expression whose one group tells images that belong together. max_bytes: the most that an
    archive may unpack to. Damaged images raise DataError.
    """

    path: str
    labels: Literal["folder", "pattern", "table"] | None = "folder"
    pattern: str | None = None
    table: InputFile | None = None
    file_column: str = "file"
    label_column: str = "label"
    mode: Literal["grey", "rgb", "rgba"] = "grey"
    size: tuple[Count, Count] | None = None
    files: str | None = None
    only: str | None = None
    group_by: str | None = None
    max_bytes: Count = 2147483648

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of all names and bytes."""
        with self._rows(context) as rows:
            return rows.fingerprint

    def load(self, context: SourceContext) -> Dataset:
        """Return all images."""
        with self._rows(context) as rows:
            (dataset,) = _datasets(rows, self._decoder, None)
        return dataset

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows, 16 MiB of pixels at a time."""
        with self._rows(context) as rows:
            yield from _datasets(rows, self._decoder, _BATCH_BYTES)

    @property
    def _decoder(self) -> Decoder:
        return Decoder(self.mode, self.size)

    @contextmanager
    def _rows(self, context: SourceContext) -> Iterator[FileRows]:
        wanted = "file with the ending of an image" if self.files is None else f"file that matches {self.files!r}"
        selection = Selection(self._is_wanted, wanted, self.only)
        with collected(self.path, context.folder, selection, Limits(max_bytes=self.max_bytes)) as files:
            target, fingerprint = self._target(files)
            groups = None if self.group_by is None else group_of_each(files, self.group_by, "group_by")
            yield FileRows(files, target, groups, fingerprint)

    def _is_wanted(self, name: str) -> bool:
        if self.files is not None:
            return matches_glob(name, self.files)
        return PurePosixPath(name).suffix.lower() in image_endings()

    def _target(self, files: FileCollection) -> tuple[list[str] | None, str]:
        """Return the classes, and the fingerprint of all that was read for them."""
        if (self.labels == "table") != (self.table is not None):
            raise ConfigError(
                f"table: {self.table!r} with labels: {self.labels}; 'labels: table' and a table go together."
            )
        check_pattern(self.labels, self.pattern)
        if self.table is None:
            return name_labels(files, self.labels, self.pattern), files.fingerprint
        table = LabelTable.read(Path(self.table), self.file_column, self.label_column)
        return table.of_each(files), bytes_fingerprint(f"{files.fingerprint} {table.fingerprint}".encode())


def _datasets(rows: FileRows, decoder: Decoder, block_bytes: int | None) -> Iterator[Dataset]:
    """Decode all images, in blocks of about `block_bytes` or all at once."""
    n_rows = len(rows.files.names)
    # Closed, not left to be collected: whoever reads no further must not leave threads decoding.
    with closing(_decoded(rows.files, decoder)) as decoded:
        pictures = _of_one_shape(rows.files, decoded)
        first = next(pictures)
        pictures = chain([first], pictures)
        count = n_rows if block_bytes is None else max(block_bytes // first.pixels.nbytes, 1)
        for start in range(0, n_rows, count):
            images = _space(min(count, n_rows - start), first.pixels)
            remarks: Counter[str] = Counter()
            for row, picture in enumerate(islice(pictures, len(images))):
                images[row] = picture.pixels
                remarks.update(picture.remarks)
            told = [f"{number:,} images {remark}" for remark, number in remarks.items()]
            yield rows.dataset(images, start).noting(*told)


def _of_one_shape(files: FileCollection, decoded: Iterable[Picture]) -> Iterator[Picture]:
    """Hand images on. Raises DataError where shapes differ, when three others are found or at the end."""
    shape: tuple[int, ...] | None = None
    others: list[str] = []
    for name, picture in zip(files.names, decoded, strict=True):
        height, width = picture.pixels.shape[:2]
        shape = shape or picture.pixels.shape
        if picture.pixels.shape != shape:
            others.append(f"{name!r} {height} x {width}")
        if others and (len(others) == 3 or name == files.names[-1]):
            raise DataError(
                f"{files.origin}: the first image, {files.names[0]!r}, is {shape[0]} x {shape[1]} pixels, but "
                f"{', '.join(others)} (height x width). Bring all to one size, such as "
                f"size: [{shape[0]}, {shape[1]}]."
            )
        if not others:
            yield picture


def _decoded(files: FileCollection, decoder: Decoder) -> Generator[Picture, None, None]:
    """Decode in threads and give the images in order; never more than a few are on their way."""
    pending: deque[Future[Picture]] = deque()
    with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
        try:
            for name in files.names:
                if len(pending) == _IN_FLIGHT:
                    yield pending.popleft().result()
                pending.append(pool.submit(decoder, files.read(name), files.where(name)))
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _space(n_rows: int, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    try:
        return np.empty((n_rows, *image.shape), dtype=np.uint8)
    except MemoryError:
        raise ResourceError(
            f"{n_rows:,} images of {' x '.join(map(str, image.shape))} take {n_rows * image.nbytes / 1e9:,.1f} GB, "
            f"more than there is memory. Set a smaller size, or stream: true."
        ) from None
