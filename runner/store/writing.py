"""Writing an entry so that others see it whole or not at all.

Files go into a folder of our own, each hashed on its way to the disk; the manifest comes last; then one rename
gives the folder its name. Whoever is killed meanwhile leaves a folder that nobody holds any more, which
`evicting.py` removes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runner.record.storage import fsync
from runner.store import locks
from runner.store.entry import MANIFEST, WORKING, folder_of, written
from runner.store.payloads import Payload

#: Hashed and written piece by piece, so that the second finds in the processor's cache what the first brought there.
_PIECE = 1024 * 1024
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}


class HashedFile:
    """A file that is being written and hashed in one go."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: Any) -> None:
        """Append a bytes-like object."""
        rest = memoryview(data).cast("B") if len(data) else memoryview(b"")
        while len(rest):
            piece, rest = rest[:_PIECE], rest[_PIECE:]
            self._digest.update(piece)
            self._size += len(piece)
            while len(piece):
                piece = piece[os.write(self._descriptor, piece) :]

    @property
    def line(self) -> dict[str, Any]:
        """What the manifest says of this file."""
        return {"sha256": self._digest.hexdigest(), "size": self._size}


def write_entry(root: Path, key: str, payloads: Sequence[Payload], about: Mapping[str, Any]) -> int:
    """Write an entry and return its bytes. Raises OSError, with nothing left behind.

    Where another process was first, its entry stays: one key has one value.
    """
    final = folder_of(root, key)
    with _own_folder(root) as (folder, descriptor):
        files = {payload.name: _write_file(folder / payload.name, payload) for payload in payloads}
        manifest = written(key, files, about)
        _write_file(folder / MANIFEST, Payload(MANIFEST, lambda sink: sink.write(manifest)))
        fsync(folder)
        final.parent.mkdir(exist_ok=True)
        locks.share(descriptor)
        if _named(folder, final):
            fsync(final.parent)
    return len(manifest) + sum(int(line["size"]) for line in files.values())


def working_path(root: Path) -> Path:
    """Return a path for a folder that is not, or no longer, an entry."""
    return root / WORKING / os.urandom(8).hex()


@contextmanager
def _own_folder(root: Path) -> Iterator[tuple[Path, int]]:
    """Make a folder and hold it alone; what is left of it in the end is removed."""
    (root / WORKING).mkdir(parents=True, exist_ok=True)
    folder = working_path(root)
    folder.mkdir()
    try:
        with locks.alone(folder) as descriptor:
            if descriptor is None:  # taken for a dead one in the moment before it was held
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
            yield folder, descriptor
    finally:
        with suppress(OSError):  # a disk that fails here too leaves a folder that nobody holds
            shutil.rmtree(folder)


def _write_file(path: Path, payload: Payload) -> dict[str, Any]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        file = HashedFile(descriptor)
        payload.write(file)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return file.line


def _named(folder: Path, final: Path) -> bool:
    """Give a complete folder its name, unless another process was first."""
    try:
        os.rename(folder, final)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True
