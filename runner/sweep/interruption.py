"""Signals that ask a sweep to stop: heard once they let it come to rest, heard twice they end it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_HEARD = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@dataclass
class Interruption:
    """signal: which one came, None if none has; again: a second one has. grace: seconds for what is running."""

    signal: int | None = None
    again: bool = False
    grace: float = 5.0

    def hear(self, number: int, frame: FrameType | None = None) -> None:
        """Take note of a signal."""
        del frame
        self.again = self.signal is not None
        self.signal = self.signal or number


@contextmanager
def listening() -> Iterator[Interruption]:
    """Hear signals while the block lasts; in a thread other than the main one there are none to hear."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.signal(number, interruption.hear) for number in _HEARD}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
