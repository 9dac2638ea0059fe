"""The driver's view of one worker: what it has in hand, since when, and what shall become of it."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from runner.record.records import ErrorRecord
from runner.trials.task import Ended, EndState, Task
from runner.trials.wire import Message, Wire

#: Why we end a worker: over its time, over its memory, the sweep is stopped, it can no longer be talked to,
#: or it is not needed any more.
Verdict = Literal["timeout", "oom", "interrupted", "mute", "dismissed"]


@dataclass(eq=False)
class Hand:
    """One worker. tasks: the first is in work, the others are written ahead. since: when the first began.

    ready: it has begun to take tasks. pid: None until it is forked. served: tasks it has done. pinned: tasks
    count on what it remembers. peak: bytes seen of its whole group. kill_at: when it is killed, if it lives
    then. asked_back: what was written ahead is on its way back.
    """

    number: int
    wire: Wire
    tasks: deque[Task] = field(default_factory=deque)
    since: float = 0.0
    ready: bool = False
    pid: int | None = None
    served: int = 0
    pinned: bool = False
    peak: int = 0
    verdict: Verdict | None = None
    kill_at: float | None = None
    asked_back: bool = False

    @property
    def serves(self) -> bool:
        """Whether it can be given tasks: nothing has been decided against it, and its connection is open."""
        return self.kill_at is None

    @property
    def others_can_help(self) -> bool:
        """Whether a task waits behind another that any worker could take."""
        return any(not task.pinned for task in islice(self.tasks, 1, None))

    @property
    def in_work(self) -> Task | None:
        """The task it works at; None where it has none, or has not come up yet."""
        return self.tasks[0] if self.tasks and self.ready else None

    def give(self, task: Task) -> None:
        """Write a task to it. Raises TypeError where the payload is not JSON."""
        order = {"task": task.id, "payload": task.payload, "log": str(task.log)}
        self.wire.send({**order, "address_space": task.limits.address_space})
        if not self.tasks:
            self.since, self.peak = time.monotonic(), 0
        self.tasks.append(task)
        self.pinned = self.pinned or task.pinned

    def take_back(self, ids: list[str]) -> list[Task]:
        """Return the tasks that it handed back unbegun."""
        back = [task for task in self.tasks if task.id in ids]
        self.tasks = deque(task for task in self.tasks if task.id not in ids)
        self.asked_back = False
        return back

    def condemn(self, verdict: Verdict, kill_at: float) -> None:
        """Let it end for this reason, at the latest at this time."""
        self.verdict, self.kill_at = verdict, kill_at

    def finished(self, message: Message) -> Ended:
        """Return how its task ended, by its own word. Raises ValueError where it is not the task's word."""
        if not self.tasks or message["ended"] != self.tasks[0].id:
            raise ValueError(f"the end of {message['ended']!r} is told, which is not in work")
        task, now = self.tasks.popleft(), time.monotonic()
        seconds, peak = message["seconds"], max(self.peak, message["peak"])
        self.since, self.peak, self.served = now, 0, self.served + 1
        if self.verdict in ("timeout", "oom", "interrupted"):  # it answered after it was told to end
            return _condemned(task, self.verdict, seconds, peak)
        state = message["state"]
        if state == "done":
            return Ended(task=task.id, state=state, answer=message["answer"], seconds=seconds, peak_bytes=peak)
        error = ErrorRecord(message["kind"], message["message"])
        again = state == "oom"
        return Ended(task=task.id, state=state, error=error, seconds=seconds, peak_bytes=peak, infrastructure=again)

    def died(self, code: int | None, peak: int) -> tuple[Ended | None, list[Task]]:
        """Return how the task in work ended with its worker, and those that wait as before.

        code: the exit code, or minus the signal; None where nobody saw it.
        """
        self.wire.close()
        task = self.in_work
        if task is None or self.verdict == "dismissed":
            return None, list(self.tasks)
        self.tasks.popleft()
        seconds, peak = time.monotonic() - self.since, max(self.peak, peak)
        if self.verdict in ("timeout", "oom", "interrupted"):
            return _condemned(task, self.verdict, seconds, peak), list(self.tasks)
        return _lost(task, code, self.verdict == "mute", seconds, peak), list(self.tasks)


def _condemned(task: Task, verdict: EndState, seconds: float, peak: int) -> Ended:
    messages = {
        "timeout": f"not done after {seconds:.1f} s; the limit is {task.limits.seconds} s",
        "oom": f"its processes held {peak / 2**20:.0f} MiB; the limit is {(task.limits.memory or 0) / 2**20:.0f} MiB",
        "interrupted": f"stopped after {seconds:.1f} s, before it was done",
    }
    return Ended(
        task=task.id,
        state=verdict,
        error=ErrorRecord(verdict, messages[verdict]),
        peak_bytes=peak,
        seconds=seconds,
        infrastructure=verdict == "oom",
    )


def _lost(task: Task, code: int | None, mute: bool, seconds: float, peak: int) -> Ended:
    told: Mapping[str, Any] = {"task": task.id, "seconds": seconds, "peak_bytes": peak}
    if mute:
        message = (
            "the worker broke off its connection to the driver: a component closed or wrote to what is not its own"
        )
        return Ended(state="exited", error=ErrorRecord("exited", message), **told)
    if code is not None and code >= 0:
        message = f"a component ended its process with exit code {code}, in the middle of the work"
        return Ended(state="exited", error=ErrorRecord("exited", message), **told)
    number = None if code is None else -code
    message = "the process that forked the worker died, and the worker with it" if number is None else _named(number)
    error = ErrorRecord("killed", message)
    return Ended(state="killed", error=error, signal=number, infrastructure=True, **told)


def _named(number: int) -> str:
    name = signal.Signals(number).name if number in set(signal.Signals) else "unknown"
    hint = "; where nobody did that, the system was out of memory" if name == "SIGKILL" else ""
    return f"the worker was killed by signal {number} ({name}){hint}"
