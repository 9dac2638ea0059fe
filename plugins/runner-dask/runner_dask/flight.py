"""Tasks on their way: each is sent, watched, and sent again where the scheduler was lost and has come back.

Dask itself gives the task of a lost worker to another one. What it forgets is everything, when its scheduler is
restarted; then the task is sent once more by us.

No task asks for the worker that may still remember rows: one that died meanwhile would be waited for, for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from itertools import count
from typing import Any
from uuid import uuid4

from distributed import Client
from distributed import Future as Sent

from runner.errors import ResourceError
from runner_dask.workers import Needs, Watch, workers_of

#: So often a task is sent again that its scheduler forgot.
_AGAIN = 2
#: Seconds between two looks at whether there are workers.
_LOOK = 2.0


class Flights:
    """All tasks of a client. wait: seconds for a scheduler that was lost, or for workers, to come back."""

    def __init__(self, client: Client, needs: Needs, wait: float) -> None:
        self._client, self._needs, self._wait = client, needs, wait
        self._numbers = count()
        self._mark = uuid4().hex[:8]  # clients of one scheduler that use one key share one task
        self._closing = threading.Event()
        self._out: set[Future[Any]] = set()
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self, task: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any]:
        """Send a task. Its future raises what the task raised, CancelledError or KilledWorker where it was lost."""
        future = Landing()
        self._out.add(future)
        future.add_done_callback(self._out.discard)
        self._send(task, arguments, future, 0)
        return future

    def close(self) -> None:
        """Send nothing again from now on."""
        self._closing.set()

    def _watch(self) -> None:
        watch = Watch(lambda: len(workers_of(self._client)), self._wait)
        while not self._closing.wait(_LOOK):
            if self._out and self._client.status == "running":
                watch.look(time.monotonic())

    def _send(self, task: Callable[..., Any], arguments: tuple[Any, ...], future: Landing, times: int) -> None:
        needs = self._needs.together if getattr(task, "together", False) else self._needs.each
        key = getattr(task, "key", None) or f"{getattr(task, '__name__', 'task')}-{self._mark}-{next(self._numbers)}"
        sent = self._client.submit(
            task,
            *arguments,
            key=f"{key}-again{times}" if times else key,
            pure=False,
            retries=0,
            resources=dict(needs) or None,
        )
        future.sent = sent
        sent.add_done_callback(lambda done: self._landed(done, task, arguments, future, times))

    def _landed(
        self, sent: Sent, task: Callable[..., Any], arguments: tuple[Any, ...], future: Landing, times: int
    ) -> None:
        """Hear how a task ended; called on a thread of the client."""
        if future.cancelled():
            return
        if sent.status in ("cancelled", "lost") and not self._closing.is_set() and times < _AGAIN:
            threading.Thread(target=self._again, args=(task, arguments, future, times + 1), daemon=True).start()
            return
        try:
            result = sent.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(error)
            return
        future.set_result(result)

    def _again(self, task: Callable[..., Any], arguments: tuple[Any, ...], future: Landing, times: int) -> None:
        until = time.monotonic() + self._wait
        while self._client.status != "running" and time.monotonic() < until:
            time.sleep(0.1)
        try:
            if self._client.status != "running":
                raise ResourceError(f"the Dask scheduler was lost, and did not come back within {self._wait:g} s")
            self._send(task, arguments, future, times)
        except Exception as error:  # noqa: BLE001 - likewise
            future.set_exception(error)


class Landing(Future[Any]):
    """The future of a task on its way. sent: Dask's own."""

    sent: Sent | None = None

    def cancel(self) -> bool:
        """Take the task back. False where it has begun: a thread of a worker cannot be stopped."""
        if self.sent is None or self.done() or self.sent.status != "pending":
            return False
        self.sent.cancel(force=True)
        return super().cancel()
