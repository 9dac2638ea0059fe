"""A value on its way to the disk and back: a tree written as JSON, and the payload files that it names.

Nothing here knows where the files lie. Writers lay values out before a byte is written, so that a value which
cannot be held costs no disk; readers get each file already compared with the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

#: The file with the tree; the others are numbered.
TREE = "value.json"
NAME = re.compile(r"[0-9]{1,9}\.(npy|parquet)|value\.json")


class NotHeldError(Exception):
    """A value, or a part of one, that the store's formats do not give back exactly as it is; the text says why."""


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: Any, /) -> object:
        """Take a bytes-like object, whole."""


class Incoming(Protocol):
    """The files of one entry, for whoever puts its value together again."""

    def file(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open one file whose bytes are the ones that were written. Raises IntegrityError."""


@dataclass(frozen=True)
class Payload:
    """One file to be written. write: puts all of its bytes into a sink."""

    name: str
    write: Callable[[Sink], object]


@dataclass(frozen=True)
class Outgoing:
    """The files that a value consists of, collected while it is laid out."""

    payloads: list[Payload] = field(default_factory=list)

    def add(self, suffix: str, write: Callable[[Sink], object]) -> str:
        """Take one more file, and return its name for the tree."""
        payload = Payload(f"{len(self.payloads)}.{suffix}", write)
        self.payloads.append(payload)
        return payload.name
