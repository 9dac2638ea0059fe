"""What an archive or a compressed file may hold: how much, and under which names.

Names decide nothing here about the disk, for nothing is ever unpacked to it; they are refused because an archive
that holds them was not made for its data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from runner.errors import DataError

#: Up to this much is unpacked whatever the ratio: a small file of equal rows may shrink more than any bomb.
_RATIO_COUNTS_FROM = 16 * 1024**2
_WHAT_TO_DO = "If you trust the file, unpack it yourself and give the path of what was in it."


@dataclass(frozen=True)
class Limits:
    """How far a compressed file may unpack.

    max_bytes: of all members together. max_ratio: unpacked bytes per packed one, judged beyond 16 MiB.
    """

    max_bytes: int = 2 * 1024**3
    max_ratio: float = 200.0
    max_members: int = 1_000_000

    def check(self, unpacked: int, packed: int, path: Path) -> None:
        """Refuse a file that unpacks to `unpacked` bytes or more, from `packed` bytes. Raises DataError."""
        if unpacked > self.max_bytes:
            raise DataError(
                f"{path} unpacks to more than {self.max_bytes:,} bytes (found {unpacked:,} or more). If you trust "
                f"the file, raise max_bytes, or unpack it yourself."
            )
        ratio = unpacked / max(packed, 1)
        if unpacked > _RATIO_COUNTS_FROM and ratio > self.max_ratio:
            raise DataError(
                f"{path} unpacks to {unpacked:,} bytes or more from {packed:,} packed ones, {ratio:,.0f} times as "
                f"many; more than {self.max_ratio:g} times looks made to fill the memory. {_WHAT_TO_DO}"
            )

    def check_members(self, count: int, path: Path) -> None:
        """Refuse an archive of `count` members or more. Raises DataError."""
        if count > self.max_members:
            raise DataError(
                f"{path} has {count:,} members or more; at most {self.max_members:,} are read. {_WHAT_TO_DO}"
            )


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Member:
    """A file in an archive. name: relative, parted by "/"; size: in bytes, unpacked.

    read: gives the content while this is the latest member asked for. Raises DataError for damaged bytes.
    """

    name: str
    size: int
    read: Callable[[], bytes]


def plain_name(name: str, path: Path) -> str:
    """Return a member's name without needless dots and slashes; "" for the archive's own folder.

    Raises DataError for names that lead out of a folder: absolute ones, drives, `..`, backslashes.
    """
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or re.match("[A-Za-z]:", name):
        raise DataError(
            f"{path} has a member {name!r}, whose name leads out of the folder it would be unpacked to. "
            f"Do not trust this archive; pack it anew with plain relative names."
        )
    return "/".join(part for part in parts if part not in ("", "."))


def check_new(name: str, seen: Collection[str], path: Path) -> None:
    """Refuse a member without a name, and one with the name of a member before it. Raises DataError."""
    if not name:
        raise DataError(f"{path} has a member that is a file without a name. Pack it anew.")
    if name in seen:
        raise DataError(f"{path} has two members {name!r}; which one counts? Pack it anew with one of them.")
