"""Tar archives, plain or compressed, read in one pass without unpacking them to disk.

What may be in them is what tarfile's filter "data" would let pass, and less: no links at all.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self

from runner.errors import DataError
from runner_builtin.sources.archive_rules import Limits, Member, check_new, plain_name

_CHUNK = 1024**2
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}


def tar_members(stream: BinaryIO, path: Path, limits: Limits) -> Iterator[Member]:
    """Give the files of a tar archive in its own order. stream: its bytes, unpacked; path: for messages."""
    with _refused(path):
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=_StrictHeader)  # noqa: SIM115 - closed below
    with archive:
        total, seen = 0, set[str]()
        for count, info in enumerate(_headers(archive, path), start=1):
            limits.check_members(count, path)
            total += info.size
            limits.check(total, path.stat().st_size, path)
            name = plain_name(info.name, path)
            if info.isdir():
                continue
            _check_kind(info, path)
            check_new(name, seen, path)
            seen.add(name)
            yield Member(name, info.size, partial(_content, archive, info, path))
        _check_end(archive, path)


class _StrictHeader(tarfile.TarInfo):
    """A member's header; where none can be read, tarfile would take that for the archive's end."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"at byte {tarfile_.offset:,}: {error}") from error


def _headers(archive: tarfile.TarFile, path: Path) -> Iterator[tarfile.TarInfo]:
    while True:
        with _refused(path):
            info = archive.next()
        if info is None:
            return
        yield info
        archive.members = []  # type: ignore[attr-defined]  # all headers are kept, and one pass needs none


def _check_kind(info: tarfile.TarInfo, path: Path) -> None:
    if not info.isreg() or info.issparse():
        what = _KINDS.get(info.type, "a sparse file" if info.issparse() else f"of the unknown type {info.type!r}")
        target = f" to {info.linkname!r}" if info.linkname else ""
        raise DataError(f"{path}, member {info.name!r} is {what}{target}; only files are read. Pack the file itself.")


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> bytes:
    with _refused(path, info.name):
        file = archive.extractfile(info)
        content = file.read() if file is not None else b""
    if len(content) != info.size:
        raise DataError(f"{path}, member {info.name!r} ends after {len(content):,} of its {info.size:,} bytes.")
    return content


def _check_end(archive: tarfile.TarFile, path: Path) -> None:
    """Read to the end, so that the checksum of a compressed archive is compared."""
    while rest := archive.fileobj.read(_CHUNK):
        if rest.strip(b"\0"):
            raise DataError(
                f"{path} goes on after the end mark of its tar archive; were two archives written behind each other? "
                f"Pack it anew."
            )


@contextmanager
def _refused(path: Path, member: str | None = None) -> Iterator[None]:
    """Tell what tarfile raises for broken archives as what it is: damaged data."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        where = f"{path}, member {member!r}," if member is not None else f"{path}"
        raise DataError(
            f"{where} cannot be read as a tar archive: {error}. It is damaged, truncated or no archive "
            f"({path.stat().st_size:,} bytes are here)."
        ) from error
