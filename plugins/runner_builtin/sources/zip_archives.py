"""Zip archives, read member by member without unpacking them to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from runner.errors import DataError
from runner_builtin.sources.archive_rules import Limits, Member, check_new, plain_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: How zip archives begin; the second holds nothing.
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
#: The others are rare, and zipfile unpacks them without a bound.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1 | 0x40
_BUFFER = 256 * 1024
#: What zipfile raises for broken archives.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, ValueError)


def zip_members(path: Path, limits: Limits) -> Iterator[Member]:
    """Give the files of a zip archive in its own order. Raises DataError before the first for what is not allowed."""
    with _opened(path) as archive:
        for name, info in _files(archive, path, limits).items():
            yield Member(name, info.file_size, partial(_content, archive, info, path))


def only_zip_member(path: Path, limits: Limits) -> BinaryIO:
    """Open the one file that a zip archive holds. Raises DataError for none and for several."""
    with _opened(path) as archive:
        files = _files(archive, path, limits)
        if len(files) != 1:
            shown = ", ".join(map(repr, list(files)[:5])) + (", …" if len(files) > 5 else "")
            found = f"{len(files):,} files ({shown})" if files else "no file"
            raise DataError(
                f"{path} holds {found}; where one file is read, an archive must hold exactly one. Unpack it."
            )
    return io.BufferedReader(_OnlyMember(path, *files.values()), _BUFFER)


class _OnlyMember(io.RawIOBase):
    """The content of a member, with the archive open as long as it is."""

    def __init__(self, path: Path, info: zipfile.ZipInfo) -> None:
        self._path = path
        self._name = info.filename
        self._left = info.file_size
        with _refused(path, self._name):
            self._archive = zipfile.ZipFile(path)
            self._file: IO[bytes] = self._archive.open(info)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        self._archive.close()
        super().close()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        with _refused(self._path, self._name):
            content = self._file.read(len(view))
            self._left -= len(content)
            if not content and self._left:
                raise EOFError(f"it ends {self._left:,} bytes before its size")
        view[: len(content)] = content
        return len(content)


def _files(archive: zipfile.ZipFile, path: Path, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Return the members that are files by their plain names, after judging all by the archive's directory.

    The sizes written there can be trusted as bounds: zipfile reads no further, and then the checksum is wrong.
    """
    infos = archive.infolist()
    limits.check_members(len(infos), path)
    limits.check(sum(info.file_size for info in infos), path.stat().st_size, path)
    files: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _checked_name(info, path)
        if not info.is_dir():
            check_new(name, files, path)
            files[name] = info
    return files


def _checked_name(info: zipfile.ZipInfo, path: Path) -> str:
    where = f"{path}, member {info.filename!r}"
    name = plain_name(info.orig_filename, path)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a symbolic link" if kind == stat.S_IFLNK else "a device, pipe or socket"
        raise DataError(f"{where} is {what}; only files are read. Pack the file itself.")
    if info.flag_bits & _ENCRYPTED:
        raise DataError(f"{where} is encrypted. Unpack the archive with its password, or pack it without.")
    if info.compress_type not in _METHODS:
        raise DataError(f"{where} is compressed by zip's method {info.compress_type}; pack it anew with deflate (8).")
    return name


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    with _refused(path, info.filename), archive.open(info) as file:
        content = file.read(max(info.file_size, 1))  # without a bound zipfile unpacks all before it cuts
        if len(content) != info.file_size:
            raise EOFError(f"it ends {info.file_size - len(content):,} bytes before its size")
        return content


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with _refused(path, None):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


@contextmanager
def _refused(path: Path, member: str | None) -> Iterator[None]:
    """Tell what zipfile raises for broken archives as what it is: damaged data."""
    try:
        yield
    except _BROKEN as error:
        where = f"{path}, member {member!r}," if member is not None else f"{path}"
        raise DataError(
            f"{where} is damaged or truncated and cannot be unpacked: {error or type(error).__name__}. "
            f"Fetch the archive again ({path.stat().st_size:,} bytes are here)."
        ) from error
