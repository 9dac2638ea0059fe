"""Tasks on their way: each is sent, watched, and sent again where the scheduler was lost and has come back.

Dask itself gives the task of a lost worker to another one. What it forgets is everything, when its scheduler is
restarted; then the task is sent once more by us.

No task asks for the worker that may still remember rows: one that died meanwhile would be waited for, for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from itertools import count
from typing import Any

from distributed import Client
from distributed import Future as Sent

from runner.errors import ResourceError

#: So often a task is sent again that its scheduler forgot.
_AGAIN = 2


class Flights:
    """All tasks of a client. resources, together: what each task, and each fused training, asks of a worker."""

    def __init__(
        self, client: Client, resources: Mapping[str, float], together: Mapping[str, float], wait: float
    ) -> None:
        self._client, self._resources, self._together, self._wait = client, resources, together, wait
        self._numbers = count()
        self._closed = False

    def start(self, task: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any]:
        """Send a task. Its future raises what the task raised, CancelledError or KilledWorker where it was lost."""
        future = Landing()
        self._send(task, arguments, future, 0)
        return future

    def close(self) -> None:
        """Send nothing again from now on."""
        self._closed = True

    def _send(self, task: Callable[..., Any], arguments: tuple[Any, ...], future: Landing, times: int) -> None:
        needs = self._together if getattr(task, "together", False) else self._resources
        key = getattr(task, "key", None) or f"{getattr(task, '__name__', 'task')}-{id(self):x}-{next(self._numbers)}"
        sent = self._client.submit(
            task,
            *arguments,
            key=f"{key}-again{times}" if times else key,
            pure=False,
            retries=0,
            resources=needs or None,
        )
        future.sent = sent
        sent.add_done_callback(lambda done: self._landed(done, task, arguments, future, times))

    def _landed(
        self, sent: Sent, task: Callable[..., Any], arguments: tuple[Any, ...], future: Landing, times: int
    ) -> None:
        """Hear how a task ended; called on a thread of the client."""
        if future.cancelled():
            return
        if sent.status in ("cancelled", "lost") and not self._closed and times < _AGAIN:
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
