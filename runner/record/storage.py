"""Writing to disk, and what it means when the disk says no.

Every failure of the file system becomes a `ResourceError` that says which path, who asked, and what to do:

>>> with storage_errors("writing", Path("/nowhere/at/all")):
...     Path("/nowhere/at/all").write_text("x")
Traceback (most recent call last):
runner.errors.ResourceError: '/nowhere/at/all' is gone while writing: a folder on the way to it was deleted or \
renamed. Nothing is written elsewhere instead; start the run again.
"""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.errors import ResourceError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_IN_THE_WAY = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


@contextmanager
def storage_errors(doing: str, path: Path, size: int | None = None) -> Iterator[None]:
    """Turn an OSError inside the block into a ResourceError about `path`. size: bytes that were to be written."""
    try:
        yield
    except OSError as error:
        raise ResourceError(_explain(error, doing, path, size)) from error


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all. durable: also survives a power loss (fsync).

    The bytes go to a temporary name beside it, which is then renamed.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with storage_errors("writing", path, len(data)):
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        if durable:
            fsync(path.parent)


def fsync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's list of names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explain(error: OSError, doing: str, path: Path, size: int | None) -> str:
    where = f"{os.fspath(path)!r}"
    if error.errno in _FULL:
        need = "" if size is None else f"need {size:,} bytes, "
        return (
            f"disk full while {doing} {where} ({need}free {_free(path)}; {error.strerror}). "
            "Free some space, or put the outputs on another disk, and start the run again."
        )
    if error.errno in _FORBIDDEN:
        return (
            f"user {_user(os.geteuid())} may not write here, while {doing} {where}: {_standing(path)} "
            f"({error.strerror}). Choose a folder of your own, or have its owner allow it."
        )
    if error.errno == errno.ENOENT:
        return (
            f"{where} is gone while {doing}: a folder on the way to it was deleted or renamed. "
            "Nothing is written elsewhere instead; start the run again."
        )
    if error.errno in _IN_THE_WAY:
        return (
            f"something else is in the way while {doing} {where}: {_standing(path)} ({error.strerror}). "
            f"Move it, or choose another folder (user {_user(os.geteuid())})."
        )
    return f"the disk failed while {doing} {where}: {error.strerror} (user {_user(os.geteuid())})."


def _standing(path: Path) -> str:
    """Describe the nearest part of `path` that exists: what it is, whose, with which mode."""
    there = next((p for p in (path, *path.parents) if _exists(p)), Path(path.anchor or "."))
    about = there.stat()
    what = "folder" if stat.S_ISDIR(about.st_mode) else "file"
    return (
        f"the {what} {os.fspath(there)!r} belongs to user {_user(about.st_uid)} "
        f"with mode {stat.S_IMODE(about.st_mode):04o}"
    )


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _free(path: Path) -> str:
    there = next((p for p in (path, *path.parents) if _exists(p)), Path(path.anchor or "."))
    return f"{shutil.disk_usage(there).free:,}"


def _user(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name!r}"
    except KeyError:
        return f"number {uid}"
