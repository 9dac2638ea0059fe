"""The tasks of a sweep on an executor that works elsewhere: a cluster, or other processes of this machine.

It does for the driver what `runner.trials.crew.Crew` does; limits are kept where the task runs (see `errand`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from runner.record.records import ErrorRecord
from runner.secrets import masked
from runner.trials.errand import Errand
from runner.trials.task import Ended, Said, Task


class FarCrew:
    """Hands tasks to an executor. executor: one with `elsewhere = True`. store: where its workers keep results."""

    def __init__(self, executor: Any, store: str | None = None) -> None:
        self._executor, self._store = executor, store
        self._threads: int = getattr(executor, "threads", None) or 1
        self._attempts = count()
        self._mark = uuid4().hex[:8]
        self._waiting: deque[Task] = deque()
        self._out: dict[str, tuple[Task, Future[Any], float]] = {}
        self._back: SimpleQueue[str] = SimpleQueue()
        self._closing = False

    @property
    def running(self) -> Sequence[str]:
        """The tasks that were handed over and have not come back, by id."""
        return list(self._out)

    def submit(self, task: Task) -> None:
        """Have a task carried out. Raises ResourceError where the executor cannot be reached any more."""
        self._waiting.append(task)
        self._hand_over()

    def resize(self, size: int) -> None:
        """Take back what has not begun where nothing more is wanted; else the executor knows how many it has."""
        if size:
            return
        self._closing = True
        self._waiting.clear()
        for name, (_, future, _) in list(self._out.items()):
            if future.cancel():
                del self._out[name]

    def wait(self, timeout: float | None) -> list[Said | Ended]:
        """Return how tasks ended, as soon as one has; none within `timeout` seconds, or where none is left."""
        told: list[Said | Ended] = []
        with suppress(Empty):
            while self._out:
                name = self._back.get(timeout=timeout) if not told else self._back.get_nowait()
                if name in self._out:
                    told.append(self._come_back(name))
        self._hand_over()
        return told

    def stop(self, grace: float = 0.0) -> list[Ended]:
        """Leave everything, and return how the tasks ended that had begun. grace: seconds they still have."""
        self.resize(0)
        until = time.monotonic() + grace
        ended: list[Ended] = []
        while self._out and (left := until - time.monotonic()) > 0:
            ended += [one for one in self.wait(left) if isinstance(one, Ended)]
        for name, (_, _, since) in self._out.items():
            seconds = time.monotonic() - since
            error = ErrorRecord("interrupted", f"stopped after {seconds:.1f} s, before it was done")
            ended.append(Ended(task=name, state="interrupted", error=error, seconds=seconds))
        self._out.clear()
        return ended

    def _hand_over(self) -> None:
        """Give out what waits; a task that wants to be alone waits for the others, and they for it."""
        while self._waiting and not self._closing:
            alone = any(task.alone for task, _, _ in self._out.values())
            if alone or (self._waiting[0].alone and self._out):
                return
            task = self._waiting.popleft()
            future = self._executor.submit(self._errand(task))
            self._out[task.id] = (task, future, time.monotonic())
            future.add_done_callback(lambda _, name=task.id: self._back.put(name))

    def _errand(self, task: Task) -> Errand:
        payload = {**task.payload, "threads": self._threads}
        if self._store is not None:
            payload["place"] = {**payload["place"], "store": self._store}
        key = f"{payload['do']}-{_computed(payload)}-{task.id}-{self._mark}-{next(self._attempts)}"
        return Errand(key, payload, task.limits, task.keep, payload["do"] == "together")

    def _come_back(self, name: str) -> Ended:
        task, future, since = self._out.pop(name)
        seconds = time.monotonic() - since
        try:
            told = future.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - what an executor raises is its own affair
            message = f"lost with whoever carried it out: {type(error).__name__}: {masked(str(error))}"
            record = ErrorRecord("killed", message)
            return Ended(task=name, state="killed", error=record, seconds=seconds, infrastructure=True)
        if told["log"]:
            task.log.parent.mkdir(parents=True, exist_ok=True)
            task.log.write_text(told["log"], encoding="utf-8")
        return _ended(name, told)


def _computed(payload: Mapping[str, Any]) -> str:
    """Return the plan's key of what a task computes: that of its last stage, or of the first trial's."""
    nodes = [*payload.get("gathered", ()), *(node for tail in payload.get("tails", ())[:1] for node in tail)]
    return str(nodes[-1][0])[:16] if nodes else "order"


def _ended(name: str, told: Mapping[str, Any]) -> Ended:
    error = told["error"]
    return Ended(
        **{
            **{key: value for key, value in told.items() if key != "log"},
            "task": name,
            "error": None if error is None else ErrorRecord(**error),
        }
    )
