"""Files on their way to a source: found, refused where they are no data, and read once.

The fingerprint is of exactly the bytes used: it is taken while they are read, or of a file that a compressed one
was at both ends of the reading. A file that changes meanwhile is an error, never a mixture of two.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runner.errors import DataError, did_you_mean
from runner_builtin.sources.archives import Limits, opened
from runner_builtin.sources.fingerprints import bytes_fingerprint
from runner_builtin.sources.text_blocks import utf8_blocks

#: How much of a file is worked on at a time.
BLOCK_BYTES = 4 * 1024**2
#: Formats that are refused by name and by their first bytes.
_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt", ".pth")
_PICKLE_STARTS = (*(bytes([0x80, protocol]) for protocol in range(2, 6)), b"\x93NUMPY")


@dataclass(frozen=True)
class DataFile:
    """A file as it was at the moment of reading. path: absolute. notes: what a person should know of its place."""

    path: Path
    content: bytes
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The sha256 of the content."""
        return bytes_fingerprint(self.content)

    def text(self, encoding: str) -> str:
        """Decode; a UTF-8 byte order mark is left out. Raises DataError (line, byte), ConfigError (encoding)."""
        return b"".join(utf8_blocks([self.content], encoding, str(self.path))).decode()


@dataclass(frozen=True)
class FileIdentity:
    """What tells a file from another and from its own later state."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, place: Path) -> FileIdentity:
        """Look at a file. Raises DataError where it cannot be looked at any more."""
        try:
            found = os.stat(place)
        except OSError as error:
            raise DataError(f"{place} cannot be read: {error.strerror}.") from error
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass
class FileReading:
    """One pass over a file, unpacked where it is compressed. expected: the fingerprint it must have.

    share: how much of a plain file has been read so far, 1 for a compressed one, of which nobody knows."""

    place: Path
    limits: Limits = field(default_factory=Limits)
    expected: str | None = None
    fingerprint: str = field(default="", init=False)
    share: float = field(default=1.0, init=False)

    def blocks(self) -> Iterator[bytes]:
        """Give the content in blocks; afterwards the fingerprint is known. Raises DataError for a file that moved."""
        with unmoved(self.place):
            digest = hashlib.sha256()
            try:
                with opened(self.place, self.limits) as stream:
                    packed = not isinstance(getattr(stream, "raw", None), io.FileIO)
                    whole, done = self.place.stat().st_size, 0
                    while block := stream.read(BLOCK_BYTES):
                        if not packed:
                            digest.update(block)
                            done += len(block)
                            self.share = min(1.0, done / whole)
                        yield block
                self.fingerprint = file_fingerprint(self.place) if packed else digest.hexdigest()
            except OSError as error:
                raise DataError(f"{self.place} cannot be read: {error.strerror or error}.") from error
        if self.expected is not None and self.fingerprint != self.expected:
            raise _moved(self.place, "its bytes are others than before")

    def whole(self) -> bytes:
        """Return the whole content, unpacked."""
        return b"".join(self.blocks())


@contextmanager
def unmoved(place: Path) -> Iterator[None]:
    """Refuse what is read inside where the file is another one afterwards. Raises DataError."""
    before = FileIdentity.of(place)
    if not before.size:
        raise DataError(f"{place} is empty (0 bytes).")
    yield
    if not place.exists():
        raise _moved(place, "it is gone")
    after = FileIdentity.of(place)
    if after.size != before.size:
        raise _moved(place, f"it had {before.size} bytes and has {after.size}")
    if after != before:
        raise _moved(place, "it was written or replaced")


def file_fingerprint(place: Path) -> str:
    """Return the sha256 of a file's bytes as they lie on disk. Raises DataError."""
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}.") from error


def read_data_file(path: str, folder: Path) -> DataFile:
    """Read a file as it lies on disk. path: relative to `folder`, or absolute. Raises DataError."""
    place = located(path, folder)
    try:
        with unmoved(place):
            content = place.read_bytes()
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}.") from error
    return DataFile(place, content, place_notes(place, folder))


def located(path: str, folder: Path) -> Path:
    """Find a data file. Raises DataError for what is none: a folder, a pipe, a device, an empty file, a pickle."""
    place = (folder / Path(path).expanduser()).absolute()
    try:
        if not place.exists():
            raise DataError(_missing(place, path, folder))
        if not place.is_file():
            what = "a folder" if place.is_dir() else "neither a file nor a folder"
            raise DataError(f"path: {place} is {what}; give the path of one data file.")
        if not place.stat().st_size:
            raise DataError(f"{place} is empty (0 bytes).")
        _refuse_pickles(place)
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}.") from error
    return place


def place_notes(place: Path, folder: Path) -> tuple[str, ...]:
    """Tell of a path inside the folder of the run that leads out of it through a symbolic link."""
    inside = Path(os.path.normpath(place)).is_relative_to(os.path.normpath(folder.absolute()))
    if inside and not place.resolve().is_relative_to(folder.resolve()):
        return (f"{place} leads through a symbolic link to {place.resolve()}, outside of {folder.absolute()}",)
    return ()


def _refuse_pickles(place: Path) -> None:
    with place.open("rb") as file:
        start = file.read(8)
    if place.suffix.lower() in _PICKLES or start.startswith(_PICKLE_STARTS):
        raise DataError(
            f"{place} is a pickle or a NumPy file, which may hold pickled objects: whoever wrote it can run any code "
            f"when it is loaded. It is no data; write the table as CSV or parquet."
        )


def _moved(place: Path, what: str) -> DataError:
    return DataError(f"{place} changed while it was read: {what}. Run again when nobody writes it.")


def _missing(place: Path, path: str, folder: Path) -> str:
    text = f"There is no file {place}"
    if not Path(path).expanduser().is_absolute():
        text += f" (path {path!r} in {folder.absolute()})"
    if not place.parent.is_dir():
        return f"{text}; the folder {place.parent} does not exist either."
    siblings = [entry.name for entry in place.parent.iterdir() if entry.is_file()]
    return f"{text}. {did_you_mean(place.name, siblings)}"
