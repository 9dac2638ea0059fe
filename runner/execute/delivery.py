"""Events on their way to one tracker: in order, by a thread of its own, so that a run never waits for it.

The thread calls everything of the tracker, from `open` to `close`. What it has not heard yet waits in a queue; a run
whose tracker cannot keep up waits for it a few seconds in all, and then goes on without it. Where the process is
forked, the other side has no such thread and hears nothing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Full, Queue

from runner.contracts import Event, Tracker
from runner.isolation import Aside

log = logging.getLogger("runner")

#: So many events may wait for one tracker.
MOST_WAITING = 50_000
#: Seconds that one event, `open` or `close` may still take at the end, where the tracker says nothing of it.
GRACE = 10.0
#: A tracker that goes on and on is waited for at the end so many times its grace, all in all.
_GRACES = 6


class Delivery:
    """Delivers to one tracker. folder: for its `open`, None for one that wants none; made when it is opened."""

    def __init__(self, name: str, tracker: Tracker, folder: Path | None = None, most: int = MOST_WAITING) -> None:
        self.name = name
        self._tracker, self._folder = tracker, folder
        self._grace = float(getattr(tracker, "grace", GRACE))
        self._queue: Queue[Event | None] = Queue(most)
        self._patience = self._grace
        self._since: float | None = None
        self._ended, self._left = threading.Event(), False
        self._process = os.getpid()
        Aside(target=self._serve, name=f"tracker {name}", daemon=True).start()

    def hear(self, event: Event) -> None:
        """Have an event delivered."""
        if os.getpid() == self._process and not self._ended.is_set():
            self._put(event)

    def close(self, end: float | None = None) -> None:
        """Wait until everything is delivered, or the tracker has had its grace; then it hears no more.

        end: since when there has been nothing more to tell, by the monotonic clock; by default this moment.
        """
        if os.getpid() != self._process:
            return
        self._put(None)
        end = time.monotonic() if end is None else end
        while not self._ended.wait(self._left_of(end)):
            if self._left_of(end) <= 0:
                self._leave(f"was still busy {self._grace:g} s after the end")

    def _left_of(self, end: float) -> float:
        """Return the seconds that the call under way may still take."""
        now, since = time.monotonic(), self._since
        begun = now if since is None else max(since, end)
        return max(0.0, min(end + _GRACES * self._grace, begun + self._grace) - now)

    def _put(self, event: Event | None) -> None:
        start = time.monotonic()
        try:
            self._queue.put(event, timeout=max(0.0, self._patience))
        except Full:
            self._leave(f"fell {self._queue.maxsize:,} events behind")
        self._patience -= time.monotonic() - start

    def _leave(self, why: str) -> None:
        """Go on without the tracker."""
        if self._ended.is_set():
            return
        self._left = True
        self._ended.set()
        log.warning("tracker %r %s and is left behind; %d events were not heard", self.name, why, self._queue.qsize())

    def _serve(self) -> None:
        try:
            self._call_all()
        except BaseException:  # whatever a tracker raises, it is the tracker that ends
            if not self._left:
                log.warning("tracker %r failed and is not called again", self.name, exc_info=True)
        finally:
            self._ended.set()

    def _call_all(self) -> None:
        opens, closes = (getattr(self._tracker, name, None) for name in ("open", "close"))
        if callable(opens) and self._folder is not None:
            folder = self._folder
            folder.mkdir(parents=True, exist_ok=True)
            self._call(lambda: opens(folder))
        while (event := self._queue.get()) is not None:
            if self._left:
                return
            told = event
            self._call(lambda: self._tracker.hear(told))  # noqa: B023 - called at once
        if callable(closes) and not self._left:
            self._call(closes)

    def _call(self, function: Callable[[], None]) -> None:
        self._since = time.monotonic()
        function()
        self._since = None
