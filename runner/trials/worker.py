"""A worker: takes one task after the other, and lives on between them for what it remembers.

A thread of its own reads what the driver writes, so that a task written ahead can be handed back while
another goes on, and so that the end of the driver is noticed in the middle of the work.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib.util
import os
import signal
import socket
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from runner.errors import PluginError
from runner.trials.limits import Peak
from runner.trials.perform import perform
from runner.trials.wire import Message, decoded, encoded

Work = Callable[[dict[str, Any], "Talk"], Mapping[str, Any]]


class Desk:
    """Where a worker's tasks lie. end: the connection to the driver, read by `read` alone."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._sending, self._changed = threading.Lock(), threading.Condition()
        self._tasks: deque[Message] = deque()
        self._told: defaultdict[str, SimpleQueue[Mapping[str, Any]]] = defaultdict(SimpleQueue)

    def read(self) -> None:
        """Take in what the driver writes; at its end, end this process and all it has started."""
        for line in self._end.makefile("rb"):
            self._take(decoded(line))
        os.killpg(0, signal.SIGKILL)

    def _take(self, message: Message) -> None:
        if "told" in message:
            self._told[message["task"]].put(message["told"])
            return
        with self._changed:
            if "payload" in message:
                self._told.pop(message["task"], None)  # an earlier attempt ended before it heard that
                self._tasks.append(message)
                self._changed.notify()
                return
            back = [task["task"] for task in self._tasks]
            self._tasks.clear()
        self.say({"back": back})

    def next(self) -> Message:
        """Return the next task, as soon as there is one."""
        with self._changed:
            while not self._tasks:
                self._changed.wait()
            return self._tasks.popleft()

    def say(self, message: Mapping[str, Any]) -> None:
        """Tell the driver something."""
        data = encoded(message)
        with self._sending:
            self._end.sendall(data)

    def hear(self, task: str, timeout: float | None) -> Mapping[str, Any] | None:
        """Return what the driver told this task next; None where nothing came in time."""
        try:
            return self._told[task].get(timeout is None or timeout > 0, timeout)
        except Empty:
            return None


class Talk:
    """What the work has to speak with the driver. threads: how many it may use; None: not limited."""

    def __init__(self, desk: Desk, task: str, threads: int | None) -> None:
        self._desk, self._task, self.threads = desk, task, threads

    def say(self, told: Mapping[str, Any]) -> None:
        """Tell the driver something while the work goes on. told: JSON."""
        self._desk.say({"task": self._task, "said": told})

    def hear(self, timeout: float | None) -> Mapping[str, Any] | None:
        """Return what the driver said next. timeout: seconds to wait for it; None where nothing came."""
        return self._desk.hear(self._task, timeout)


def serve(end: socket.socket, work: str) -> None:
    """Carry out tasks for as long as the driver lives."""
    # The log of the task in work stands behind descriptor 2 whenever these write. A task that is told to
    # end leaves word of where it was.
    faulthandler.enable(2)
    faulthandler.register(signal.SIGTERM, 2, chain=True)
    gc.enable()
    carry_out = find_work(work)
    desk, peak = Desk(end), Peak()
    threading.Thread(target=desk.read, daemon=True).start()
    desk.say({"ready": True})
    while True:
        task = desk.next()
        talk = Talk(desk, task["task"], task["payload"].get("threads"))
        desk.say(perform(partial(carry_out, task["payload"], talk), task, peak))


@cache
def find_work(place: str) -> Work:
    """Return the function at "package.module:function" or "path/to/file.py:function".

    It is called as `function(payload, talk)`. Raises PluginError where there is none.
    """
    module, _, name = place.rpartition(":")
    found = _of_file(Path(module)) if module.endswith(".py") else import_module(module)
    work: Work | None = getattr(found, name, None)
    if work is None:
        raise PluginError(f"the work {place!r} is not there: {module!r} has no {name!r}. Name a function in it.")
    return work


@cache
def _of_file(path: Path) -> object:
    name = f"runner_work_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"the work's file '{path}' cannot be imported; give a file that ends in '.py'.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    from runner.execute.lean import import_scikit_learn

    import_scikit_learn()
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
