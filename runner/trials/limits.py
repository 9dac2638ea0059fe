"""What the processes of a group hold, and a worker's own bounds."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAGE = resource.getpagesize()


def group_memory(processes: Path = Path("/proc")) -> Counter[int]:
    """Return process group -> resident bytes of all its members; empty where the system does not tell."""
    held: Counter[int] = Counter()
    if not (processes / "self").exists():
        return held
    for folder in processes.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it ended while we looked
                # the name of the program, in brackets, may hold anything
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                held[int(fields[2])] += int(fields[21]) * _PAGE
    return held


@contextmanager
def address_space(limit: int | None) -> Iterator[None]:
    """Let this process map no more than so many bytes while the block lasts."""
    if limit is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class Peak:
    """The most memory this process held during a task, in bytes."""

    def __init__(self) -> None:
        self._start = 0

    def begin(self) -> None:
        """Forget what was held before, where the system allows that (Linux)."""
        if most_held() != self._start:
            with suppress(OSError), open("/proc/self/clear_refs", "wb", buffering=0) as file:
                file.write(b"5")
            self._start = most_held()

    def end(self) -> int:
        """Return the most that was held since the beginning."""
        return most_held()


def most_held() -> int:
    """Return the most memory this process held, in bytes."""
    return in_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def in_bytes(ru_maxrss: int) -> int:
    """Return the system's own unit as bytes: macOS counts bytes, others kibibytes."""
    return ru_maxrss if sys.platform == "darwin" else ru_maxrss * 1024
