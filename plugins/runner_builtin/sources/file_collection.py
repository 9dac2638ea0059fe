"""Many files as data: those of a folder or of an archive, in the order of their names.

A folder and an archive of it are the same collection: same names, same order, same fingerprint.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile

from runner.errors import DataError, did_you_mean
from runner_builtin.sources.archives import Limits, members
from runner_builtin.sources.data_files import place_notes
from runner_builtin.sources.file_selection import Selection, is_hidden, listed

#: What of an archive is kept in memory; more goes to a temporary file without a name.
_IN_MEMORY = 64 * 1024**2


@dataclass(frozen=True)
class FileCollection:
    """Files that are open for reading. names: relative paths parted by "/", sorted; digests: sha256 by name.

    origin: how messages call the whole. left_out: names that were not wanted, hidden ones among them. fetch: gives
    what a file holds; about: what a person should know of the place.
    """

    origin: str
    names: tuple[str, ...]
    left_out: tuple[str, ...]
    digests: Mapping[str, str]
    fetch: Callable[[str], bytes]
    about: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The sha256 of all names and contents."""
        digest = hashlib.sha256()
        for name in self.names:
            digest.update(f"{len(os.fsencode(name))} {self.digests[name]} ".encode() + os.fsencode(name))
        return digest.hexdigest()

    def read(self, name: str) -> bytes:
        """Return what a file holds. Raises DataError where that is not what it held at first."""
        content = self.fetch(name)
        if hashlib.sha256(content).hexdigest() != self.digests[name]:
            raise DataError(f"{self.where(name)} changed while it was read. Run again when nobody writes it.")
        return content

    def where(self, name: str) -> str:
        """How messages call a file."""
        return f"{self.origin}/{name}"

    def notes(self) -> tuple[str, ...]:
        """Tell of the place, and what was left out."""
        if not self.left_out:
            return self.about
        return (*self.about, f"{len(self.left_out):,} files of {self.origin} are left out: {listed(self.left_out)}")


def collected(
    path: str, folder: Path, selection: Selection, limits: Limits
) -> AbstractContextManager[FileCollection]:
    """Open the files of a folder or an archive. path: relative to `folder`, or absolute.

    All files are read once for the fingerprint. Raises DataError for links and devices among them, for what cannot
    be read, and where no file is wanted.
    """
    place = (folder / Path(path).expanduser()).absolute()
    if not place.exists():
        siblings = [entry.name for entry in place.parent.iterdir()] if place.parent.is_dir() else []
        given = f" (path {path!r} in {folder.absolute()})" if not Path(path).expanduser().is_absolute() else ""
        hint = did_you_mean(place.name, siblings)
        raise DataError(f"path: there is no folder and no archive {place}{given}. {hint}")
    about = place_notes(place / selection.prefix, folder)
    if place.is_dir():
        return _of_folder(place, selection, about)
    return _of_archive(place, selection, about, limits)


@contextmanager
def _of_folder(place: Path, selection: Selection, about: tuple[str, ...]) -> Iterator[FileCollection]:
    top = place / selection.prefix
    if not top.is_dir():
        raise DataError(f"only: {place} has no folder {selection.only!r}.")
    names, left_out = _walked(top, selection)
    _check_names(names, left_out, str(top), selection)
    digests = {name: hashlib.sha256(_read(top / name)).hexdigest() for name in names}
    yield FileCollection(str(top), tuple(names), tuple(left_out), digests, lambda name: _read(top / name), about)


def _walked(top: Path, selection: Selection) -> tuple[list[str], list[str]]:
    """Return the names wanted and those left out, each sorted; a hidden folder is one name."""
    names, left_out, folders = [], [], [""]
    while folders:
        prefix = folders.pop()
        for entry in _entries(top / prefix):
            name = prefix + entry.name
            if entry.is_dir() and is_hidden(name):
                left_out.append(f"{name}/")
            elif entry.is_dir():
                _check_plain(entry)
                folders.append(f"{name}/")
            elif selection.takes(name):
                _check_plain(entry)
                names.append(name)
            else:
                left_out.append(name)
    return sorted(names), sorted(left_out)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}.") from error


def _check_plain(entry: os.DirEntry[str]) -> None:
    if entry.is_symlink():
        raise DataError(
            f"{entry.path} is a symbolic link to {os.readlink(entry.path)!r}; links inside a data folder are not "
            f"followed. Put the file itself there."
        )
    if not entry.is_dir() and not entry.is_file():
        raise DataError(f"{entry.path} is a pipe, a socket or a device; only files are read. Remove it.")


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}.") from error


@contextmanager
def _of_archive(
    place: Path, selection: Selection, about: tuple[str, ...], limits: Limits
) -> Iterator[FileCollection]:
    """Keep the wanted members at hand: those of a tar come in its own order, and only once."""
    prefix, left_out = selection.prefix, []
    spans: dict[str, tuple[int, int]] = {}
    digests: dict[str, str] = {}
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        for member in members(place, limits):
            name = member.name.removeprefix(prefix)
            if not member.name.startswith(prefix):
                continue
            if not selection.takes(name):
                left_out.append(name)
                continue
            content = member.read()
            spans[name] = (spool.tell(), len(content))
            digests[name] = hashlib.sha256(content).hexdigest()
            spool.write(content)
        origin = f"{place}/{prefix}".rstrip("/")
        _check_names(list(spans), left_out, origin, selection)

        def fetch(name: str) -> bytes:
            start, length = spans[name]
            spool.seek(start)
            return spool.read(length)

        yield FileCollection(origin, tuple(sorted(spans)), tuple(sorted(left_out)), digests, fetch, about)


def _check_names(names: Sequence[str], left_out: Sequence[str], origin: str, selection: Selection) -> None:
    if not names:
        found = f"it holds {len(left_out):,} others: {listed(left_out)}" if left_out else "it holds no files at all"
        raise DataError(f"{origin} has no {selection.wanted}; {found}.")
    undecoded = [
        name for name in names if not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name)
    ]
    if undecoded:
        raise DataError(f"{origin}: names of files are not UTF-8: {listed(undecoded)}. Rename them.")
