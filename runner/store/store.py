"""The store: results of stages by key, shared by all processes that work in one folder.

>>> import tempfile, numpy as np
>>> with tempfile.TemporaryDirectory() as folder:
...     store = Store(Path(folder) / "store")
...     key = "0f" * 32
...     written = store.put(key, {"X": np.arange(3.0), "names": ("a", "b")}, about={"stage": "fit/tfidf"})
...     store.get(key)
{'X': array([0., 1., 2.]), 'names': ('a', 'b')}

A store is a convenience: what it cannot give or take is computed again, and never ends a run. It warns through
the logger "runner".
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.errors import IntegrityError
from runner.record.storage import storage_errors
from runner.store import evicting, locks, values
from runner.store.entry import MANIFEST, QUARANTINE, WORKING, Entry, folder_of, is_key
from runner.store.keeping import Speeds
from runner.store.payloads import NotHeldError
from runner.store.reading import OpenEntry, Stamp
from runner.store.writing import write_entry

log = logging.getLogger("runner")


class Store:
    """Results in a folder, which is made at the first `put`.

    speeds: what this object's own transfers have shown so far, for `worth_keeping`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.speeds = Speeds()
        self._proven: dict[tuple[str, str], Stamp] = {}
        self._told: set[str] = set()

    @property
    def place(self) -> str:
        """Where it is, for another process to open."""
        return str(self.root)

    def has(self, key: str) -> bool:
        """Say whether there is an entry, without reading it; `get` may yet find it damaged."""
        return (folder_of(self.root, key) / MANIFEST).is_file()

    def get(self, key: str) -> Any | None:
        """Return a value, or None where there is none that can be trusted; that is then put aside, with a warning.

        Arrays and the three parts of a CSR matrix are mapped read-only, as many processes as there are share one
        copy; each mapped array keeps a file descriptor for as long as it lives. Frames and texts are fresh.
        """
        folder = folder_of(self.root, key)
        try:
            with locks.shared(folder) as descriptor:
                return None if descriptor is None else self._read(folder, descriptor)
        except IntegrityError as damage:  # a link in the folder's place
            self._quarantine(folder, damage)
        except NotHeldError as reason:
            log.debug("the store's entry '%s' is %s; it is computed again", folder, reason)
        except OSError as error:
            self._tell("reading", error)
        return None

    def put(self, key: str, value: Any, about: Mapping[str, Any]) -> int | None:
        """Keep a value and return the bytes it takes; None where it cannot be held, or the disk says no.

        An entry that is there already stays as it is. about: JSON (stage, seconds it took, keys of the parents).
        """
        folder = folder_of(self.root, key)
        try:
            if self.has(key):
                with suppress(FileNotFoundError):  # evicted since
                    return evicting.size_of(folder)
            payloads = values.laid_out(value)
            start = time.perf_counter()
            size = write_entry(self.root, key, payloads, about)
        except NotHeldError as reason:
            log.debug("the store does not hold %s; it is computed again where it is needed", reason)
            return None
        except OSError as error:
            self._tell("writing", error)
            return None
        self.speeds = self.speeds.wrote(size, time.perf_counter() - start)
        return size

    def entries(self) -> list[Entry]:
        """Return all entries, by key; of one whose manifest is damaged, a warning."""
        found = []
        for folder in self._folders():
            try:
                with locks.shared(folder) as descriptor:
                    if descriptor is not None:
                        found.append(OpenEntry(folder.name, descriptor, self._proven).described(folder))
            except IntegrityError as damage:
                log.warning(
                    "the store's entry '%s' is damaged: %s. 'runner store verify' checks all.", folder, damage
                )
        return found

    def size(self) -> int:
        """Return the bytes of all entries and of what was put aside as damaged."""
        return sum(entry.size for entry in self.entries()) + evicting.quarantine_size(self.root)

    def gc(self, max_bytes: int) -> list[Entry]:
        """Remove what crashed writers left, then damaged and least recently used entries, until `max_bytes` suffice.

        Returns the entries that were removed; one that somebody is reading or writing just now stays. Values that
        were read keep working: their files end when the last process lets go of them. Raises ResourceError where
        the disk does not let entries go.
        """
        with storage_errors("making room in", self.root):
            evicting.remove_leftovers(self.root)
            entries = self.entries()
            excess = sum(entry.size for entry in entries) + evicting.quarantine_size(self.root) - max_bytes
            excess -= evicting.remove_quarantined(self.root, excess)
            return evicting.remove_entries(self.root, entries, excess)

    def damages(self) -> dict[Path, IntegrityError]:
        """Read every entry from the disk, hash all of it, and return what is wrong with those that are damaged."""
        found = {}
        for folder in self._folders():
            try:
                self._examine(folder)
            except IntegrityError as damage:
                found[folder] = damage
        return found

    def repair(self) -> dict[Path, IntegrityError]:
        """Put every damaged entry into quarantine, and return what was wrong with it."""
        found = self.damages()
        for folder, damage in found.items():
            self._quarantine(folder, damage)
        return found

    def _read(self, folder: Path, descriptor: int) -> Any | None:
        entry = OpenEntry(folder.name, descriptor, self._proven)
        start = time.perf_counter()
        try:
            value = entry.value()
        except IntegrityError as damage:
            # The folder is held: unless others put it aside before, its name leads to what was read.
            if locks.names(folder, descriptor):
                self._quarantine(folder, damage)
            return None
        if entry.hashed:
            self.speeds = self.speeds.read(entry.hashed, time.perf_counter() - start)
        with suppress(OSError):  # a store that one may only read keeps no order of use
            entry.mark_used()
        return value

    def _examine(self, folder: Path) -> None:
        if not is_key(folder.name) or folder.parent.name != folder.name[:2]:
            raise IntegrityError("its name is not a key of 64 hex digits in the folder of its first two")
        with locks.shared(folder) as descriptor, suppress(NotHeldError):  # held by others: sound, but not for us
            if descriptor is not None:
                OpenEntry(folder.name, descriptor, {}).value()

    def _folders(self) -> Iterator[Path]:
        """Walk everything that stands where entries stand."""
        if not self.root.is_dir():
            return
        for shelf in sorted(self.root.iterdir()):
            if shelf.name not in {WORKING, QUARANTINE} and shelf.is_dir():
                yield from sorted(shelf.iterdir())

    def _quarantine(self, folder: Path, damage: IntegrityError) -> None:
        aside = self.root / QUARANTINE / f"{folder.name}-{os.urandom(4).hex()}"
        try:
            aside.parent.mkdir(exist_ok=True)
            os.rename(folder, aside)
        except FileNotFoundError:  # another process has put it aside
            return
        except OSError as error:
            self._tell("putting a damaged entry aside in", error)
            return
        log.warning("the store's entry '%s' is damaged: %s. It is computed again; see '%s'.", folder, damage, aside)

    def _tell(self, doing: str, error: OSError, where: str | None = None) -> None:
        """Warn of a failing disk once, however many results it concerns. where: by default its folder."""
        words = f"{doing} the store '{where or self.root}' failed: {error.strerror or error}"
        if words not in self._told:
            self._told.add(words)
            log.warning("%s. The run goes on; what the store does not hold is computed again.", words)
