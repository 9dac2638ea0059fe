"""A store that many machines share: each keeps a copy of what it used, and one place, by fsspec, has everything.

    MirroredStore.at("s3://bucket/store")      # or file://, memory://, gs://, abfs://, sftp://

Entries are written and read here, by the rules of `Store`; one that is missing here is fetched, and its manifest and
hashes are verified before it is used, as those of any entry are.
"""

from __future__ import annotations

import getpass
import logging
import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from runner.errors import PluginError
from runner.store.entry import MANIFEST, WORKING, folder_of
from runner.store.store import Store

log = logging.getLogger("runner")


class MirroredStore(Store):
    """A folder of this machine, and the place where all machines put what they computed. shared: of fsspec."""

    def __init__(self, root: Path, shared: Any, base: str, address: str) -> None:
        super().__init__(root)
        self._shared, self._base, self._address = shared, base.rstrip("/"), address

    @classmethod
    def at(cls, address: str) -> MirroredStore:
        """Open the store at an address. Raises PluginError without fsspec, or without what it needs for this one."""
        try:
            from fsspec.core import url_to_fs

            shared, base = url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise PluginError(
                f"the store '{address}' needs fsspec and what it uses for that kind of address: {error}. Install it, "
                "e.g. pip install fsspec s3fs, or name a folder."
            ) from error
        name = f"runner-store-{getpass.getuser()}-{sha256(address.encode()).hexdigest()[:12]}"
        return cls(Path(os.environ.get("RUNNER_STORE_COPY") or Path(gettempdir(), name)), shared, base, address)

    @property
    def place(self) -> str:
        """Where it is, for another process to open."""
        return self._address

    def has(self, key: str) -> bool:
        """Say whether there is an entry, here or in the shared place."""
        return super().has(key) or self._is_shared(key)

    def get(self, key: str) -> Any | None:
        """Return a value, fetched first where it is not here; None where there is none that can be trusted."""
        if not super().has(key) and self._is_shared(key):
            self._fetch(key)
        return super().get(key)

    def put(self, key: str, value: Any, about: Mapping[str, Any]) -> int | None:
        """Keep a value here, then share it; None where it cannot be held."""
        size = super().put(key, value, about) if not super().has(key) else None
        if super().has(key) and not self._is_shared(key):
            self._share(key)
        return size

    def _there(self, key: str, name: str) -> str:
        return f"{self._base}/{key[:2]}/{key}/{name}"

    def _is_shared(self, key: str) -> bool:
        try:
            return bool(self._shared.exists(self._there(key, MANIFEST)))
        except Exception as error:  # noqa: BLE001 - each kind of place has errors of its own
            self._tell_of("looking into", error)
            return False

    def _fetch(self, key: str) -> None:
        """Copy an entry to a place of its own, and move it in whole, as a writer does."""
        making = self.root / WORKING / f"{key}-{os.urandom(4).hex()}"
        folder = folder_of(self.root, key)
        try:
            making.mkdir(parents=True)
            for there in self._shared.ls(f"{self._base}/{key[:2]}/{key}", detail=False):
                self._shared.get_file(there, str(making / there.rpartition("/")[2]))
            folder.parent.mkdir(parents=True, exist_ok=True)
            making.rename(folder)
        except Exception as error:  # noqa: BLE001 - likewise; another process may have been faster, too
            if not super().has(key):
                self._tell_of("reading", error)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _share(self, key: str) -> None:
        """Copy an entry out, its manifest last: whoever sees that finds the rest."""
        folder = folder_of(self.root, key)
        try:
            self._shared.makedirs(f"{self._base}/{key[:2]}/{key}", exist_ok=True)
            files = [path for path in sorted(folder.iterdir()) if path.name != MANIFEST]
            for path in [*files, folder / MANIFEST]:
                self._shared.put_file(str(path), self._there(key, path.name))
        except Exception as error:  # noqa: BLE001 - likewise
            self._tell_of("writing", error)

    def _tell_of(self, doing: str, error: Exception) -> None:
        self._tell(doing, OSError(f"{type(error).__name__}: {error}"), self._address)
