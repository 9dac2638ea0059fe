"""Reading an entry: nothing is used that is not, byte for byte, what was written.

Files are opened relative to the folder that is held, never through a link, and the descriptor that was hashed is
the one that is mapped, so nothing can be exchanged in between.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from runner.errors import IntegrityError
from runner.store import entry, values
from runner.store.entry import MANIFEST, Entry

#: Which file it is, and whether it was touched since: device, inode, times of its bytes and of its inode, size.
Stamp = tuple[int, int, int, int, int]
#: (key, file) -> the stamp under which its sha256 was found right.
Proven = MutableMapping[tuple[str, str], Stamp]

# A pipe laid in a file's place would otherwise block whoever opens it.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_NO_FILE = {errno.ELOOP, errno.ENXIO}


class OpenEntry:
    """An entry whose folder is held. proven: what need not be hashed again; it is added to.

    hashed: how many bytes had to be hashed for the value.
    """

    def __init__(self, key: str, descriptor: int, proven: Proven) -> None:
        self._key = key
        self._descriptor = descriptor
        self._proven = proven
        self._lines: dict[str, dict[str, Any]] = {}
        self._opened: set[str] = set()
        self.hashed = 0

    def value(self) -> Any:
        """Return the value. Raises IntegrityError for anything that no writer of the store leaves behind."""
        self._lines = self.manifest()["files"]
        strange = set(os.listdir(self._descriptor)) ^ {*self._lines, MANIFEST}
        if strange:
            raise IntegrityError(f"its files are not those of its manifest; the difference: {_names(strange)}")
        value = values.read(self)
        unused = self._lines.keys() - self._opened
        if unused:
            raise IntegrityError(f"its value does not consist of the files it has; left over: {_names(unused)}")
        return value

    def manifest(self) -> dict[str, Any]:
        """Return the manifest's record. Raises IntegrityError."""
        with self._plain_file(MANIFEST) as file:
            return entry.read(file.read(), self._key)

    def described(self, path: Path) -> Entry:
        """Return what is known of the entry without reading it. Raises IntegrityError."""
        record = self.manifest()
        told = os.stat(MANIFEST, dir_fd=self._descriptor, follow_symlinks=False)
        size = told.st_size + sum(line["size"] for line in record["files"].values())
        return Entry(self._key, path, size, told.st_mtime, record["about"])

    def mark_used(self) -> None:
        """Let the manifest's time say that the entry was used now. Raises OSError where one may only read."""
        os.utime(MANIFEST, dir_fd=self._descriptor, follow_symlinks=False)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """Open one payload file that is what the manifest says. Raises IntegrityError."""
        if name not in self._lines:
            raise IntegrityError(f"its value names the file {name!r}, which its manifest does not list")
        with self._plain_file(name) as file:
            self._prove(name, file)
            self._opened.add(name)
            yield file

    @contextmanager
    def _plain_file(self, name: str) -> Iterator[io.BufferedReader]:
        try:
            descriptor = os.open(name, _READ, dir_fd=self._descriptor)
        except FileNotFoundError as error:
            raise IntegrityError(f"its {name} is missing") from error
        except OSError as error:
            if error.errno in _NO_FILE:
                raise IntegrityError(f"its {name} is a link or a socket, no plain file") from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise IntegrityError(f"its {name} is no plain file")
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def _prove(self, name: str, file: io.BufferedReader) -> None:
        line, told = self._lines[name], os.fstat(file.fileno())
        if told.st_size != line["size"]:
            raise IntegrityError(f"its {name} has {told.st_size:,} bytes, {line['size']:,} were written")
        stamp = (told.st_dev, told.st_ino, told.st_mtime_ns, told.st_ctime_ns, told.st_size)
        if self._proven.get((self._key, name)) == stamp:
            return
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != line["sha256"]:
            raise IntegrityError(f"its {name} has the sha256 {found}, written was {line['sha256']}")
        file.seek(0)
        self.hashed += told.st_size
        self._proven[(self._key, name)] = stamp


def _names(names: set[str]) -> str:
    return ", ".join(map(repr, sorted(names)))
