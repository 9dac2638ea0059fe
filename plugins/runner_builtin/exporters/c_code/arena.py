"""Where each step of a program keeps its numbers: places in one stretch of memory, used again once they are free.

>>> arena = Arena()
>>> first, second = arena.take(4), arena.take(2)
>>> arena.release(first, 4)
>>> arena.take(3), arena.take(2), arena.size
(0, 6, 8)
"""

from __future__ import annotations


class Arena:
    """Gives places away, the first that is large enough, and remembers how far it had to go: `size`."""

    def __init__(self) -> None:
        self.size = 0
        self._taken: dict[int, int] = {}

    def take(self, length: int) -> int:
        """Return the start of a place for so many numbers."""
        start = 0
        for taken, room in sorted(self._taken.items()):
            if taken - start >= length:
                break
            start = taken + room
        if length:
            self._taken[start] = length
        self.size = max(self.size, start + length)
        return start

    def holds(self, start: int, length: int) -> bool:
        """Say whether this very place is taken."""
        return self._taken.get(start) == length

    def release(self, start: int, length: int) -> None:
        """Give a place back. length: as it was taken."""
        if length:
            assert self._taken.pop(start) == length
