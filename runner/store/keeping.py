"""Whether a result is worth its place: computing it again must cost more than writing it and reading it back.

>>> worth_keeping(2.0, n_bytes=100_000_000, reads=1, speeds=Speeds())
True
>>> worth_keeping(0.2, n_bytes=100_000_000, reads=1, speeds=Speeds())
False
>>> worth_keeping(0.2, n_bytes=100_000_000, reads=40, speeds=Speeds())
True
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

#: What takes less is computed again: an entry has costs of its own, a folder and a look-up.
FLOOR_SECONDS = 0.05
#: Smaller transfers are all latency, and say nothing of speed.
_TELLING_BYTES = 1_000_000
#: Weight of the newest transfer in the running mean.
_NEWEST = 0.3


@dataclass(frozen=True)
class Speeds:
    """How fast this store writes (hash, write and sync) and reads (read and hash), in bytes per second.

    The defaults are those of a laptop with a solid-state disk; each transfer of a process moves its own.
    """

    writing: float = 250e6
    reading: float = 800e6

    def wrote(self, n_bytes: int, seconds: float) -> Self:
        """Learn from one entry that was written."""
        return replace(self, writing=_moved(self.writing, n_bytes, seconds))

    def read(self, n_bytes: int, seconds: float) -> Self:
        """Learn from one entry that was read and hashed."""
        return replace(self, reading=_moved(self.reading, n_bytes, seconds))


def worth_keeping(seconds: float, n_bytes: int, reads: int, speeds: Speeds | None = None) -> bool:
    """Say whether to keep a result that took `seconds` to compute and will be asked for `reads` more times.

    n_bytes: its size. speeds: of the store that is to hold it (`Store.speeds`), those of a laptop by default.
    """
    if seconds < FLOOR_SECONDS:
        return False
    known = speeds or Speeds()
    return reads * seconds > n_bytes / known.writing + reads * n_bytes / known.reading


def _moved(mean: float, n_bytes: int, seconds: float) -> float:
    if n_bytes < _TELLING_BYTES or seconds <= 0:
        return mean
    # Mean of seconds per byte, not of bytes per second: the costs are what adds up.
    return 1 / ((1 - _NEWEST) / mean + _NEWEST * seconds / n_bytes)
