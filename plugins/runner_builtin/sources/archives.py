"""Archives and compressed files as data: opened by what they hold, not by what they are called.

Nothing is unpacked to disk, and nothing further than `Limits` allow. Every fault is a DataError with the file
and the member.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from runner.errors import DataError
from runner_builtin.sources.archive_rules import DEFAULT_LIMITS, Limits, Member
from runner_builtin.sources.decompression import codec_of, decompressed
from runner_builtin.sources.tar_archives import tar_members
from runner_builtin.sources.zip_archives import ZIP_MAGIC, only_zip_member, zip_members

__all__ = ["Limits", "Member", "members", "opened"]

_HEAD = 6


def opened(path: Path, limits: Limits = DEFAULT_LIMITS) -> BinaryIO:
    """Open a file for reading, unpacked where it is compressed (gzip, bzip2, xz) or a zip archive of one file.

    Used as a context manager. Truncated and damaged data, wrong checksums and more than the limits raise
    DataError while reading; what is no file, at once.
    """
    head = _head(path)
    if head.startswith(ZIP_MAGIC):
        return only_zip_member(path, limits)
    codec = codec_of(head)
    return path.open("rb") if codec is None else decompressed(path, codec, limits)


def members(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """Give the files of an archive (zip; tar, plain or compressed by gzip, bzip2, xz) in its own order.

    Folders are passed over. Links, devices, encrypted members, names that lead out of a folder and names given
    twice raise DataError, and so do damaged bytes and more than the limits.
    """
    head = _head(path)
    if head.startswith(ZIP_MAGIC):
        yield from zip_members(path, limits)
        return
    codec = codec_of(head)
    with path.open("rb") if codec is None else decompressed(path, codec, limits) as stream:
        yield from tar_members(stream, path, limits)


def _head(path: Path) -> bytes:
    """Return a file's first bytes. Only a regular file is opened: a pipe would be waited for."""
    if not path.is_file():
        what = "a folder" if path.is_dir() else "neither a file nor a folder" if path.exists() else "not there"
        raise DataError(f"{path} is {what}; give the path of a file.")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
