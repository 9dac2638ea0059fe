"""Many tasks on a few processes of this machine, each watched over: whatever happens to one, the others go on.

```python
crew = Crew.start(2)
crew.submit(Task("0001", {"experiment": ...}, log=folder / "log.txt", limits=Limits(seconds=60)))
while told := crew.wait(None):
    for one in told: ...          # Said while a task goes on, Ended once at its end
crew.stop()
```

A worker gets its next tasks written ahead, so that it never waits for a driver that writes to the disk; it
hands them back when another has nothing to do, and nothing is lost with it when it dies.
"""

from __future__ import annotations

import selectors
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import killpg
from typing import Any

from runner.errors import PluginError, ResourceError
from runner.trials.hand import Hand, Verdict
from runner.trials.limits import group_memory
from runner.trials.nursery import Nursery
from runner.trials.queueing import Queue
from runner.trials.task import Ended, Said, Task
from runner.trials.wire import Message

#: Seconds between two looks at the memory of tasks that have a limit.
_MEMORY_EVERY = 0.2
#: Seconds in which the death of a worker is told after its connection has ended.
_TOLD_WITHIN = 0.5
#: Seconds that killed workers have to be gone.
_GONE_WITHIN = 5.0


@dataclass(frozen=True)
class Habits:
    """How a crew deals with its workers.

    grace: seconds between asking a task over its time to end and killing it. ahead: tasks written to a worker
    beyond the one in work. tasks: after so many a worker is replaced by a new one. fresh: each worker is an
    interpreter of its own and none is forked from one that has its imports done. births: so many workers in
    a row that die before they begin are the end.
    """

    grace: float = 10.0
    ahead: int = 2
    tasks: int = 2000
    fresh: bool = sys.platform == "darwin"
    births: int = 3


class Crew:
    """Workers of one size, and what they have to do. Made by `start`; used from one thread."""

    def __init__(self, size: int, work: str, modules: Sequence[str], habits: Habits) -> None:
        self._size, self._work, self._modules, self._habits = size, work, modules, habits
        self._queue = Queue()
        self._hands: dict[int, Hand] = {}
        self._told: list[Said | Ended] = []
        self._selector = selectors.DefaultSelector()
        self._born = self._stillborn = 0
        self._nursery_ready = False
        self._next_look = 0.0
        self._nursery: Nursery | None = None
        self._open_nursery()

    @classmethod
    def start(
        cls,
        size: int,
        work: str = "runner.trials.work:carry_out",
        modules: Sequence[str] = (),
        habits: Habits = Habits(),
    ) -> Crew:
        """Start the process that forks workers, and return at once; a worker is forked when a task needs it.

        work: "module:function" or "path/to/file.py:function", called with payload and Talk. modules: imported
        once, before any worker is forked. Raises ResourceError on Windows, which cannot do it.
        """
        if sys.platform == "win32":
            raise ResourceError(
                "Windows cannot hand a connection on to worker processes in the way a crew needs it. "
                "Carry out the tasks one after the other in this process, or use the Linux subsystem (WSL)."
            )
        return cls(size, work, modules, habits)

    @property
    def idle(self) -> int:
        """How many tasks could begin at once."""
        return max(0, self._size - sum(bool(hand.tasks) for hand in self._hands.values()) - len(self._queue))

    @property
    def running(self) -> Sequence[str]:
        """The tasks in work, by id."""
        return [hand.tasks[0].id for hand in self._hands.values() if hand.tasks]

    def submit(self, task: Task) -> None:
        """Have a task carried out as soon as a worker is free."""
        self._queue.append(task)
        self._dispatch()

    def resize(self, size: int) -> None:
        """Have so many workers from now on; those beyond finish what they have begun."""
        self._size = size
        self._dispatch()

    def send(self, task_id: str, told: Mapping[str, Any]) -> None:
        """Tell a running task something; lost where it has ended in the meantime."""
        for hand in self._hands.values():
            if hand.tasks and hand.tasks[0].id == task_id:
                hand.wire.send({"task": task_id, "told": told})
                self._watch(hand)

    def wait(self, timeout: float | None) -> list[Said | Ended]:
        """Return what has been told, as soon as there is anything.

        An empty list: nothing came within `timeout` seconds, or all is done. Limits are kept while this waits.
        Raises PluginError where no worker comes to life, ResourceError where none can be started.
        """
        until = None if timeout is None else time.monotonic() + timeout
        self._turn(0.0)
        while not self._told and self._under_way and (until is None or time.monotonic() < until):
            self._turn(until)
        told, self._told = self._told, []
        return told

    @property
    def _under_way(self) -> bool:
        return len(self._queue) > 0 or any(hand.tasks for hand in self._hands.values())

    def stop(self, grace: float = 0.0) -> list[Ended]:
        """End everything, and return how the tasks ended that had begun.

        grace: seconds between asking the tasks to end (SIGTERM) and killing them. Tasks that had not begun
        are dropped.
        """
        self._queue.clear()
        self._size = 0
        until = time.monotonic() + grace + _GONE_WITHIN
        self._hear_nursery()
        for hand in list(self._hands.values()):
            if self._nursery_ready:
                self._let_go(hand, grace)
            else:  # it is not forked
                self._bury(hand, None, 0)
        while self._hands and time.monotonic() < until:
            self._turn(until)
            self._queue.clear()
        self._close_nursery()
        self._selector.close()
        return [told for told in self._told if isinstance(told, Ended)]

    # --- one turn: hear, keep the limits, give out what can be given out ---

    def _turn(self, until: float | None) -> None:
        for key, events in self._selector.select(self._pause(until)):
            if isinstance(key.data, Hand):
                self._serve_hand(key.data, events)
            else:
                self._hear_nursery()
        self._keep_limits()
        self._dispatch()

    def _pause(self, until: float | None) -> float | None:
        """Return how many seconds nothing has to be done without being told."""
        times = [] if until is None else [until]
        for hand in self._hands.values():
            if hand.kill_at is not None:
                times.append(hand.kill_at)
            elif (task := hand.in_work) is not None:
                if task.limits.seconds is not None:
                    times.append(hand.since + task.limits.seconds)
                if task.limits.memory is not None:
                    times.append(self._next_look)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _keep_limits(self) -> None:
        now = time.monotonic()
        for hand in list(self._hands.values()):
            task = hand.in_work
            if hand.kill_at is not None:
                if now >= hand.kill_at:
                    self._kill(hand)
            elif task is not None and task.limits.seconds is not None and now - hand.since >= task.limits.seconds:
                self._condemn(hand, "timeout", self._habits.grace)
        limited = [hand for hand in self._hands.values() if hand.in_work and hand.in_work.limits.memory is not None]
        if limited and now >= self._next_look:
            self._next_look = now + _MEMORY_EVERY
            self._look_at_memory(limited)

    def _look_at_memory(self, hands: Sequence[Hand]) -> None:
        held = group_memory()
        for hand in hands:
            task = hand.in_work
            if task is None or task.limits.memory is None or hand.pid is None or hand.verdict is not None:
                continue
            hand.peak = max(hand.peak, held[hand.pid])
            if hand.peak > task.limits.memory:
                self._condemn(hand, "oom", 0.0)

    def _dispatch(self) -> None:
        if not self._must_wait():
            self._fill()
        for hand in list(self._hands.values()):
            if not hand.tasks and hand.serves and not self._takes_more(hand):
                self._dismiss(hand)

    def _fill(self) -> None:
        hands = [hand for hand in self._hands.values() if self._takes_more(hand)]
        for strangers in (False, True):
            for hand in hands:
                if not hand.tasks:
                    self._give(hand, strangers=strangers)
        while self._in_service() < self._size and not self._must_wait():
            task = self._queue.take(self._born + 1, strangers=True)
            if task is None:
                break
            hand = self._bear()
            hand.give(task)
            self._watch(hand)  # a long order leaves in pieces
        for depth in range(1, self._habits.ahead + 1):
            for hand in hands:
                # Asked again: what this very round has given to it counts towards its share.
                if len(hand.tasks) == depth and not hand.asked_back and self._takes_more(hand):
                    self._give(hand, strangers=False)
        if not self._queue:
            self._ask_back(hands)

    def _give(self, hand: Hand, *, strangers: bool) -> None:
        if self._must_wait():
            return
        task = self._queue.take(hand.number, strangers=strangers)
        if task is not None:
            hand.give(task)
            self._watch(hand)

    def _must_wait(self) -> bool:
        """Tell whether a task that wants to be alone is in work, or next while others are in work."""
        in_work = [hand.tasks[0] for hand in self._hands.values() if hand.tasks]
        return bool(in_work) and (self._queue.wants_alone or in_work[0].alone)

    def _ask_back(self, hands: Sequence[Hand]) -> None:
        """Have tasks handed back that wait behind another while a worker has nothing to do."""
        idle = sum(not hand.tasks and hand.ready for hand in hands) + max(0, self._size - self._in_service())
        loaded = [hand for hand in hands if hand.ready and not hand.asked_back and hand.others_can_help]
        for hand in loaded[:idle]:
            hand.asked_back = True
            hand.wire.send({"back": True})

    def _takes_more(self, hand: Hand) -> bool:
        worn = hand.served + len(hand.tasks) >= self._habits.tasks and not hand.pinned
        return hand.serves and not worn and not self._too_many()

    def _in_service(self) -> int:
        return sum(hand.serves for hand in self._hands.values())

    def _too_many(self) -> bool:
        return self._in_service() > self._size

    # --- workers: how they come, speak and go ---

    def _bear(self) -> Hand:
        nursery = self._nursery or self._open_nursery()
        self._born += 1
        hand = Hand(self._born, nursery.bear(self._born))
        self._hands[hand.number] = hand
        self._selector.register(hand.wire, selectors.EVENT_READ, hand)
        return hand

    def _watch(self, hand: Hand) -> None:
        """Hear of it when it speaks, and, where something is unsent, when it reads again."""
        if hand.wire.fileno() < 0:
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if hand.wire.unsent else 0)
        if self._selector.get_key(hand.wire).events != events:
            self._selector.modify(hand.wire, events, hand)

    def _serve_hand(self, hand: Hand, events: int) -> None:
        if hand.number not in self._hands or hand.wire.fileno() < 0:
            return
        if events & selectors.EVENT_WRITE:
            hand.wire.flush()
            self._watch(hand)
        if events & selectors.EVENT_READ:
            self._hear_hand(hand)

    def _hear_hand(self, hand: Hand) -> None:
        try:
            messages, is_open = hand.wire.receive()
            for message in messages:
                self._heed(hand, message)
        except (ValueError, LookupError):  # somebody else wrote into the connection
            messages, is_open = [], False
            hand.condemn("mute", time.monotonic())
        if not is_open:
            self._selector.unregister(hand.wire)
            hand.wire.close()
            if hand.kill_at is None:
                hand.kill_at = time.monotonic() + _TOLD_WITHIN

    def _heed(self, hand: Hand, message: Message) -> None:
        if "said" in message:
            self._told.append(Said(message["task"], message["said"]))
        elif "ended" in message:
            self._told.append(hand.finished(message))
            if hand.verdict is not None:  # what it may have begun since will be begun again
                self._dismiss(hand)
        elif "back" in message:
            self._queue.put_back(hand.take_back(message["back"]))
        else:
            hand.ready, hand.since, self._stillborn = bool(message["ready"]), time.monotonic(), 0

    def _condemn(self, hand: Hand, verdict: Verdict, grace: float) -> None:
        hand.condemn(verdict, time.monotonic() + grace)
        if grace > 0:
            self._signal(hand, signal.SIGTERM)
        else:
            self._kill(hand)

    def _let_go(self, hand: Hand, grace: float) -> None:
        if hand.in_work is None:
            self._dismiss(hand)
        elif hand.verdict is None:
            self._condemn(hand, "interrupted", grace)

    def _dismiss(self, hand: Hand) -> None:
        hand.condemn("dismissed", time.monotonic() + _TOLD_WITHIN)
        self._signal(hand, signal.SIGKILL)

    def _kill(self, hand: Hand) -> None:
        if hand.wire.fileno() < 0 and hand.verdict is None:
            hand.verdict = "mute"
        hand.kill_at = time.monotonic() + _GONE_WITHIN
        self._signal(hand, signal.SIGKILL)

    def _signal(self, hand: Hand, code: int) -> None:
        if self._nursery is not None:
            self._nursery.signal(hand.number, code)

    def _bury(self, hand: Hand, code: int | None, peak: int) -> None:
        if hand.wire.fileno() >= 0:
            self._hear_hand(hand)  # its last words came before its death
        if hand.wire.fileno() >= 0:
            self._selector.unregister(hand.wire)
        del self._hands[hand.number]
        self._queue.forget(hand.number)
        ended, waiting = hand.died(code, peak)
        if ended is not None:
            self._told.append(ended)
        self._queue.put_back(waiting)
        if code is not None and not hand.ready and hand.verdict is None:
            self._count_stillborn(f"died with code {code}")

    def _count_stillborn(self, story: str) -> None:
        self._stillborn += 1
        if self._stillborn >= self._habits.births:
            raise PluginError(
                f"{self._stillborn} worker processes in a row {story} before they could begin; what they wrote "
                f"stands above. The work was {self._work!r}."
            )

    # --- the nursery ---

    def _open_nursery(self) -> Nursery:
        self._nursery = Nursery.start(self._work, self._modules, self._habits.fresh)
        self._nursery_ready = False
        self._selector.register(self._nursery, selectors.EVENT_READ)
        return self._nursery

    def _hear_nursery(self) -> None:
        if self._nursery is None:
            return
        messages, lives = self._nursery.hear()
        for message in messages:
            self._heed_nursery(message)
        if not lives:
            self._lose_nursery()

    def _heed_nursery(self, message: Message) -> None:
        if "ready" in message:
            self._nursery_ready = True
        elif "born" in message:
            if hand := self._hands.get(message["born"]):
                hand.pid = message["pid"]
        elif "died" in message:
            self._bury(self._hands[message["died"]], message["code"], message["peak"])
        else:
            hand = self._hands.pop(message["stillborn"])
            self._selector.unregister(hand.wire)
            hand.wire.close()
            self._queue.put_back(hand.tasks)
            self._lack_processes(message["why"])

    def _lack_processes(self, why: str) -> None:
        """Go on with the workers there are; with none there is no going on."""
        self._size = max(1, len(self._hands))
        if not self._hands:
            raise ResourceError(f"no worker process could be started: {why}. End other processes and try again.")

    def _lose_nursery(self) -> None:
        code = self._close_nursery()
        for hand in list(self._hands.values()):
            if hand.pid is not None:
                with suppress(ProcessLookupError):  # the kernel ended it, or all it had started
                    killpg(hand.pid, signal.SIGKILL)
            self._bury(hand, None, 0)
        if not self._nursery_ready:
            raise PluginError(
                f"the process that starts the workers left with code {code} before it was ready; what it wrote "
                f"stands above. It was to import {[*self._modules, self._work]!r}."
            )

    def _close_nursery(self) -> int:
        if self._nursery is None:
            return 0
        nursery, self._nursery = self._nursery, None
        self._selector.unregister(nursery)
        return nursery.end(kill=not self._hands)
