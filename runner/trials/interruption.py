"""Signals that ask a sweep to stop: Ctrl-C lets it come to rest; a second signal, or another one, ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from runner.errors import RunnerError

_HEARD = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


class SweepInterrupted(RunnerError):
    """A signal stopped the sweep; the same command goes on from there."""

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal  # type: ignore[assignment]


@dataclass
class Interruption:
    """signal: which one came, None if none has. grace: seconds for what is running; at_once: it has none."""

    signal: int | None = None
    at_once: bool = False
    grace: float = 5.0

    def hear(self, number: int, frame: FrameType | None = None) -> None:
        """Take note of a signal."""
        del frame
        self.at_once = self.signal is not None or number != signal.SIGINT
        self.signal = self.signal or number

    def check(self) -> None:
        """Raise SweepInterrupted if a signal came: for where nothing is under way that would be lost."""
        if self.signal is not None:
            raise SweepInterrupted(
                "interrupted: what is done is kept. The same command goes on from there.", self.signal
            )


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
