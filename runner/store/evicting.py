"""Giving space back: what crashed writers left, what is damaged, then what was not used for longest.

Nothing is taken from somebody who is reading or writing it: every folder is first held alone, and moved out of
the readers' way before its files are removed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from runner.errors import IntegrityError
from runner.store import locks
from runner.store.entry import QUARANTINE, WORKING, Entry
from runner.store.writing import working_path

_GRACE_SECONDS = 60.0


def remove_leftovers(root: Path) -> None:
    """Remove the working folders of processes that are gone."""
    for path in _inside(root / WORKING):
        if not _just_made(path):
            _discard(path)


def remove_quarantined(root: Path, excess: int) -> int:
    """Remove damaged entries, oldest first, until `excess` bytes are freed or none is left; return what was freed."""
    freed = 0
    for _, size, path in sorted(_quarantined(root)):
        if freed >= excess:
            break
        away = _working_path(root)
        with suppress(FileNotFoundError):  # somebody else was first
            os.rename(path, away)
            _discard(away)
        freed += size
    return freed


def remove_entries(root: Path, entries: Sequence[Entry], excess: int) -> list[Entry]:
    """Remove entries, least recently used first, until `excess` bytes are freed; return those that went."""
    gone: list[Entry] = []
    freed = 0
    for entry in sorted(entries, key=lambda entry: entry.used):
        if freed >= excess:
            break
        if _evicted(root, entry.path):
            gone.append(entry)
            freed += entry.size
    return gone


def quarantine_size(root: Path) -> int:
    """Return the bytes of all damaged entries that were put aside."""
    return sum(size for _, size, _ in _quarantined(root))


def size_of(path: Path) -> int:
    """Return the bytes of the files in a folder; links are not followed."""
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_size
    return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(path))


def _quarantined(root: Path) -> list[tuple[float, int, Path]]:
    found = []
    for path in _inside(root / QUARANTINE):
        with suppress(FileNotFoundError):  # removed since it was listed
            found.append((path.lstat().st_mtime, size_of(path), path))
    return found


def _evicted(root: Path, folder: Path) -> bool:
    with locks.alone(folder) as descriptor:
        if descriptor is None:
            return False
        away = _working_path(root)
        os.rename(folder, away)
        shutil.rmtree(away)  # while it is held, so that nobody takes it for a leftover
    return True


def _just_made(path: Path) -> bool:
    """Say whether a folder may belong to a writer that has made it and not yet had the time to hold it."""
    try:
        return time.time() - path.lstat().st_mtime < _GRACE_SECONDS and not any(path.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _discard(path: Path) -> None:
    """Remove something that nobody holds, whatever it is."""
    try:
        with locks.alone(path) as descriptor:
            if descriptor is not None:
                _remove(path)
    except IntegrityError:  # no folder
        path.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    """Remove a folder, whoever else is removing it at the same time."""
    while path.exists():
        with suppress(FileNotFoundError):  # a file that another has just removed
            shutil.rmtree(path)


def _working_path(root: Path) -> Path:
    (root / WORKING).mkdir(exist_ok=True)
    return working_path(root)


def _inside(folder: Path) -> Iterable[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
