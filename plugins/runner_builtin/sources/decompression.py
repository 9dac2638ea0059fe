"""Files compressed as one stream, gzip, bzip2 or xz, read unpacked and never further than allowed."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from runner.errors import DataError
from runner_builtin.sources.archive_rules import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Packed bytes read at once. A bomb is seen after this many times the allowed ratio, 12.5 MiB.
_CHUNK = 64 * 1024
#: What unpacking xz may take: `xz -9` needs 65 MiB, a header may ask for 4 GiB.
_XZ_MEMORY = 128 * 1024**2
_BUFFER = 256 * 1024


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib's decompressor with the manners of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


@dataclass(frozen=True)
class Codec:
    """A way to compress a file as one stream. magic: how such files begin."""

    name: str
    magic: bytes
    start: Callable[[], _Decompressor]


CODECS = (
    Codec("gzip", b"\x1f\x8b", _Gunzip),
    Codec("bzip2", b"BZh", bz2.BZ2Decompressor),
    Codec("xz", b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)),
)


def codec_of(head: bytes) -> Codec | None:
    """Say how a file is compressed by its first bytes (6 are enough); None where it is not."""
    return next((codec for codec in CODECS if head.startswith(codec.magic)), None)


def decompressed(path: Path, codec: Codec, limits: Limits) -> BinaryIO:
    """Open a compressed file for reading what was packed; its checksums are compared on the way.

    Reading raises DataError for truncated and damaged files, and where the limits are passed.
    """
    return io.BufferedReader(_Decompressed(path, codec, limits), _BUFFER)


class _Decompressed(io.RawIOBase):
    """The unpacked bytes of one file. Several streams behind each other are one, zeros after them are padding."""

    def __init__(self, path: Path, codec: Codec, limits: Limits) -> None:
        self._path = path
        self._codec = codec
        self._limits = limits
        self._file = path.open("rb", buffering=0)
        self._stream: _Decompressor | None = codec.start()
        self._ahead = b""
        self._packed = 0
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while self._stream is not None:
            data = self._read() if self._stream.needs_input else b""
            ended = self._stream.needs_input and not data
            content = self._unpack(self._stream, data, len(view))
            if self._stream.eof:
                self._stream = self._next_stream(self._stream.unused_data)
            elif ended and not content:
                raise self._broken("the file ends in the middle of the data: it is truncated")
            if content:
                view[: len(content)] = content
                return len(content)
        return 0

    def _read(self) -> bytes:
        data, self._ahead = self._ahead or self._file.read(_CHUNK), b""
        self._packed = self._file.tell()
        return data

    def _unpack(self, stream: _Decompressor, data: bytes, most: int) -> bytes:
        try:
            content = stream.decompress(data, most)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise self._broken(f"the data are damaged ({error})") from error
        self._unpacked += len(content)
        self._limits.check(self._unpacked, self._packed, self._path)
        return content

    def _next_stream(self, rest: bytes) -> _Decompressor | None:
        rest = rest.lstrip(b"\0")
        while not rest:
            data = self._read()
            if not data:
                return None
            rest = data.lstrip(b"\0")
        self._ahead = rest
        return self._codec.start()

    def _broken(self, what: str) -> DataError:
        return DataError(
            f"{self._path}: {what}. As {self._codec.name}, {self._unpacked:,} bytes could be unpacked from the first "
            f"{self._packed:,} of {self._path.stat().st_size:,}. Fetch the file again."
        )
