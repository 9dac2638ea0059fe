"""Images and labels in the IDX format, as MNIST and its kin are published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.options import Count
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.data_files import file_fingerprint, located, place_notes, unmoved
from runner_builtin.sources.fingerprints import bytes_fingerprint
from runner_builtin.sources.idx_files import idx_blocks, idx_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH_BYTES = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class IdxSource:
    """Read images and their labels from two IDX files, plain or compressed (gzip, bzip2, xz, a zip of one file).

    images: (n_rows, …) numbers of any of the format's types. labels: (n_rows,) whole numbers; None where nothing is
    to be predicted. Paths are relative to the folder of the run. max_bytes: the most that a file may unpack to.
    Files that are shorter or longer than they say raise DataError.
    """

    images: str
    labels: str | None = None
    max_bytes: Count = 2147483648

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the files' bytes."""
        return _fingerprint(self._places(context))

    def load(self, context: SourceContext) -> Dataset:
        """Return all rows in the order of the files."""
        (dataset,) = self._datasets(context, None)
        return dataset

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows, 16 MiB of images at a time."""
        return self._datasets(context, _BATCH_BYTES)

    def _datasets(self, context: SourceContext, block_bytes: int | None) -> Iterator[Dataset]:
        images, *labels = places = self._places(context)
        limits = Limits(max_bytes=self.max_bytes)
        notes = tuple(note for place in places for note in place_notes(place, context.folder))
        with ExitStack() as still:
            for place in places:
                still.enter_context(unmoved(place))
            fingerprint = _fingerprint(places)
            rows = idx_header(images, limits).shape[0]
            target = _labels(labels[0], rows, limits) if labels else None
            start = 0
            for block in idx_blocks(images, limits, block_bytes):
                stop = start + len(block)
                yield Dataset(
                    features=block,
                    target=None if target is None else target[start:stop],
                    row_ids=np.arange(start, stop, dtype=np.int64),
                    fingerprint=fingerprint,
                    notes=() if start else notes,
                )
                start = stop

    def _places(self, context: SourceContext) -> list[Path]:
        return [located(path, context.folder) for path in (self.images, self.labels) if path is not None]


def _fingerprint(places: list[Path]) -> str:
    return bytes_fingerprint("".join(map(file_fingerprint, places)).encode())


def _labels(place: Path, rows: int, limits: Limits) -> NDArray[Any]:
    header = idx_header(place, limits)
    if len(header.shape) != 1 or header.dtype.kind not in "iu":
        raise DataError(
            f"labels: {place} holds {header} of type {header.dtype.name}; labels are whole numbers, one per row. Was "
            f"the file of the images given?"
        )
    if header.shape[0] != rows:
        raise DataError(
            f"labels: {place} holds {header.shape[0]:,} labels for {rows:,} images; one per image is due. Do the two "
            f"files belong together?"
        )
    (labels,) = idx_blocks(place, limits)
    return labels.astype(np.int64)
