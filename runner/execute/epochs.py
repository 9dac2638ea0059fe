"""What trackers hear of a training's epochs: each epoch once, several at a time, live where the model tells.

A training of 2,000 epochs may take two seconds or two days. So epochs are gathered, and told twice a second at most;
what a model did not tell of by itself is told from its curves when it is trained.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from runner.contracts import Event
from runner.execute.observing import Stages

#: Seconds between two events.
_EVERY = 0.5


class Epochs:
    """Tells of the epochs of one training. of: how many there will be, None where that is not known."""

    def __init__(self, stages: Stages, of: int | None = None) -> None:
        self._stages, self._of = stages, of
        self._first, self._next = 0, 0
        self._gathered: dict[str, list[float]] = {}
        self._told_at = time.monotonic()

    @contextmanager
    def told_by(self, model: Any) -> Iterator[None]:
        """Hear of each epoch from the model itself while the block lasts, if it can tell and somebody listens."""
        tell = getattr(model, "tell_epochs", None)
        if not callable(tell) or not self._stages.listeners:
            yield
            return
        tell(self._hear)
        try:
            yield
        finally:
            tell(None)
            self._flush()

    def told_after(self, curves: Mapping[str, Sequence[float]]) -> None:
        """Tell of the epochs that have not been told, from the curves of the whole training."""
        length = max((len(curve) for curve in curves.values()), default=0)
        for start, stop in ((0, self._first), (self._next, length)):
            if start < stop:
                self._tell(start, {name: list(curve[start:stop]) for name, curve in curves.items()})
        self._first, self._next = 0, max(length, self._next)

    def _hear(self, epoch: int, values: Mapping[str, float]) -> None:
        if not self._next:
            self._first = self._next = epoch  # a training that was gone on with begins later
        self._next += 1
        for name, value in values.items():
            self._gathered.setdefault(name, []).append(value)
        if time.monotonic() - self._told_at >= _EVERY:
            self._flush()

    def _flush(self) -> None:
        if self._gathered:
            length = len(next(iter(self._gathered.values())))
            self._tell(self._next - length, self._gathered)
            self._gathered = {}

    def _tell(self, first: int, curves: Mapping[str, Sequence[float]]) -> None:
        details = {"first": first, "of": self._of, "curves": curves}
        self._stages.listeners.hear(Event("epochs_finished", fold=self._stages.fold, details=details))
        self._told_at = time.monotonic()
