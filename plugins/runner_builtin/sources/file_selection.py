"""Which of many files are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runner.errors import ConfigError


@dataclass(frozen=True)
class Selection:
    """Which files of a folder or an archive are wanted. only: of this subfolder, None for all.

    matches: says of a name whether it is wanted; wanted: how messages call what it looks for.
    """

    matches: Callable[[str], bool]
    wanted: str
    only: str | None = None

    @property
    def prefix(self) -> str:
        """How the names in the subfolder begin."""
        parts = [part for part in (self.only or "").split("/") if part not in ("", ".")]
        if ".." in parts:
            raise ConfigError(f"only: {self.only!r} leads out of the path; name a folder inside.")
        return "".join(part + "/" for part in parts)

    def takes(self, name: str) -> bool:
        """Say whether a file is wanted."""
        return not is_hidden(name) and self.matches(name)


def is_hidden(name: str) -> bool:
    """Say whether a file or one of its folders is hidden, or is what macOS writes beside."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def listed(names: Sequence[str], most: int = 3) -> str:
    """Quote the first of several names."""
    return ", ".join(map(repr, names[:most])) + (", …" if len(names) > most else "")
