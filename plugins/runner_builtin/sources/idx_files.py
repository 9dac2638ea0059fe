"""Arrays in the IDX format, in which MNIST and its kin are published (LeCun, Cortes & Burges, 1998).

A file is two zero bytes, one for the type of the numbers, one for how many sizes follow (4 bytes each), and the
numbers, the highest byte first.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from runner.errors import DataError
from runner_builtin.sources.archives import Limits, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


@dataclass(frozen=True)
class IdxHeader:
    """What a file says of itself. dtype: of one number as written; shape: rows first."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def row_bytes(self) -> int:
        """How many bytes one row takes."""
        return math.prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def data_bytes(self) -> int:
        """How many bytes follow the header."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __str__(self) -> str:
        return f"{' x '.join(map(str, self.shape))} numbers of {self.dtype.itemsize} bytes"


def idx_header(place: Path, limits: Limits) -> IdxHeader:
    """Read what a file says of itself. Raises DataError for what is no IDX file and for one without rows."""
    with opened(place, limits) as stream:
        header = _header(stream, place, limits)
    if not header.data_bytes:
        raise DataError(f"{place} holds no numbers; its header tells of {header}.")
    return header


def idx_blocks(place: Path, limits: Limits, block_bytes: int | None = None) -> Iterator[NDArray[Any]]:
    """Give a file's rows in blocks of about `block_bytes`, or all at once.

    place: plain or compressed. Raises DataError for what is no IDX file or has another size than its header says.
    """
    with opened(place, limits) as stream:
        header = _header(stream, place, limits)
        rows = header.shape[0]
        step = rows if block_bytes is None else max(block_bytes // max(header.row_bytes, 1), 1)
        for start in range(0, rows, step):
            yield _block(stream, header, min(step, rows - start), start, place)
        if stream.read(1):
            raise DataError(f"{place} goes on after the {header} that its header tells of; it is damaged.")


def _header(stream: BinaryIO, place: Path, limits: Limits) -> IdxHeader:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not magic[3]:
        raise DataError(
            f"{place} is no IDX file: it begins with {magic!r}. Two zero bytes, a type ({_codes()}) and the number "
            f"of sizes are due."
        )
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{place} ends within its header, which tells of {magic[3]} sizes; it is truncated.")
    header = IdxHeader(np.dtype(_TYPES[magic[2]]), struct.unpack(f">{magic[3]}I", sizes))
    packed = place.stat().st_size
    if header.data_bytes > packed:
        limits.check(header.data_bytes, packed, place)
    return header


def _codes() -> str:
    return ", ".join(f"0x{code:02X}" for code in _TYPES)


def _block(stream: BinaryIO, header: IdxHeader, rows: int, start: int, place: Path) -> NDArray[Any]:
    block = np.empty((rows, *header.shape[1:]), dtype=header.dtype)
    found = stream.readinto(block.reshape(-1).view(np.uint8)) if block.size else 0  # type: ignore[attr-defined]
    if found < block.nbytes:
        raise DataError(
            f"{place} ends after {start * header.row_bytes + found:,} bytes of numbers; its header tells of "
            f"{header}, {header.data_bytes:,} bytes. It is truncated: fetch it again."
        )
    return block.astype(header.dtype.newbyteorder("="), copy=False)
