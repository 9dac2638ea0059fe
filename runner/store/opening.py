"""A store by where it is: a folder, or an address that fsspec understands, such as "s3://bucket/store"."""

from __future__ import annotations

from pathlib import Path

from runner.store.store import Store


def opened(where: str) -> Store:
    """Return the store at a path or an address. Raises PluginError where the library for an address is missing."""
    if "://" not in where:
        return Store(Path(where).resolve())
    from runner.store.mirrored import MirroredStore  # fsspec, which a folder does not need

    return MirroredStore.at(where)
