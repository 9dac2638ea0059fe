"""NumPy arrays as `.npy` files, mapped into memory read-only instead of being read.

Arrays of texts are two such files: all texts as one UTF-8 string, and where each begins.
"""

from __future__ import annotations

import mmap
from functools import partial
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from runner.errors import IntegrityError
from runner.store.payloads import Incoming, NotHeldError, Outgoing, Sink

#: Truth values, numbers, bytes, texts of fixed width, dates and spans of time.
KINDS = "biufcSUmM"
_VERSION = (1, 0)


def lay_out(array: NDArray[Any], files: Outgoing) -> list[Any]:
    """Return an array's node. Raises NotHeldError for objects that are not all texts, and for structured types."""
    if array.dtype.kind == "O":
        return _lay_out_texts(array, files)
    return ["array", lay_out_plain(array, files)]


def lay_out_plain(array: NDArray[Any], files: Outgoing) -> str:
    """Return the name of the file for an array whose items have a fixed size."""
    if array.dtype.kind not in KINDS or not array.dtype.itemsize:
        raise NotHeldError(f"an array of type {array.dtype!r}")
    return files.add("npy", partial(_write, array))


def read(arguments: list[Any], files: Incoming) -> NDArray[Any]:
    """Map an array into memory."""
    (name,) = arguments
    return mapped(name, files)


def mapped(name: str, files: Incoming) -> NDArray[Any]:
    """Map one file into memory, read-only and without a copy. Raises IntegrityError; never unpickles."""
    with files.file(name) as file:
        shape, fortran, dtype = _header(name, file)
        start = file.tell()
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    array: NDArray[Any] = np.ndarray(shape, dtype, buffer=memory, offset=start, order="F" if fortran else "C")
    if start + array.nbytes != len(memory):
        raise IntegrityError(
            f"'{name}' has {len(memory):,} bytes, not the {start + array.nbytes:,} of its shape {shape}"
        )
    return array


def read_texts(arguments: list[Any], files: Incoming) -> NDArray[Any]:
    """Return an array of texts, in memory."""
    bytes_name, ends_name, shape = arguments
    letters, ends = mapped(bytes_name, files).tobytes(), mapped(ends_name, files)
    texts = np.empty(len(ends), dtype=object)
    texts[:] = [letters[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise([0, *ends.tolist()])]
    return texts.reshape(shape)


def _lay_out_texts(array: NDArray[Any], files: Outgoing) -> list[Any]:
    texts = array.ravel().tolist()
    others = {type(item).__qualname__ for item in texts if type(item) is not str}
    if others:
        raise NotHeldError(f"an array of objects, among them of type {', '.join(sorted(others))}")
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    letters = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    return ["texts", lay_out_plain(letters, files), lay_out_plain(ends, files), list(array.shape)]


def _write(array: NDArray[Any], sink: Sink) -> None:
    """Write the header and then the array's own memory, copied only where it has gaps."""
    solid = array if array.flags.c_contiguous or array.flags.f_contiguous else np.ascontiguousarray(array)
    npy.write_array_header_1_0(sink, npy.header_data_from_array_1_0(solid))
    straight = solid if solid.flags.c_contiguous else solid.T
    sink.write(straight.reshape(-1).view(np.uint8))


def _header(name: str, file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    if npy.read_magic(file) != _VERSION:
        raise IntegrityError(f"'{name}' is not the version {_VERSION} of the npy format that the store writes")
    shape, fortran, dtype = npy.read_array_header_1_0(file)
    if dtype.kind not in KINDS:
        raise IntegrityError(f"'{name}' holds items of type {dtype!r}, which the store neither writes nor reads")
    return shape, fortran, dtype
