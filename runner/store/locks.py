"""Who is using a folder just now.

The lock is `flock` on the folder itself: no lock file is left behind, and it ends with the process that holds it,
however that ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.errors import IntegrityError

_NO_FOLDER = {errno.ENOTDIR, errno.ELOOP}


@contextmanager
def shared(folder: Path) -> Iterator[int | None]:
    """Keep others from removing a folder. Yields its descriptor; None where it is gone.

    Raises IntegrityError where something else, such as a link, has the folder's name.
    """
    with _locked(folder, fcntl.LOCK_SH) as descriptor:
        yield descriptor


@contextmanager
def alone(folder: Path) -> Iterator[int | None]:
    """Hold a folder that nobody else uses. Yields its descriptor; None where it is gone or somebody uses it."""
    with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as descriptor:
        yield descriptor


def share(descriptor: int) -> None:
    """Turn a lock that was held alone into one that readers may hold too."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[int | None]:
    descriptor = _opened(folder)
    if descriptor is None:
        yield None
        return
    try:
        yield descriptor if _got(descriptor, how) and names(folder, descriptor) else None
    finally:
        os.close(descriptor)


def names(folder: Path, descriptor: int) -> bool:
    """Say whether a path still leads to an open folder; it may have been moved away while we waited."""
    try:
        return os.path.samestat(os.lstat(folder), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _opened(folder: Path) -> int | None:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _NO_FOLDER:
            raise IntegrityError("it is no folder but a link or a file") from error
        raise


def _got(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True
