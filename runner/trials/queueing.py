"""Which task a worker gets next: in order, but to the worker that remembers something of use for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from runner.trials.task import Task

#: So many tasks from the front are looked at.
WINDOW = 64


class Queue:
    """Tasks that no worker has. A task that wants to be alone lets nothing pass it."""

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()
        self._homes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def wants_alone(self) -> bool:
        """Whether the next task is to run with nothing beside it."""
        return bool(self._tasks) and self._tasks[0].alone

    def append(self, task: Task) -> None:
        """Add a task at the end."""
        self._tasks.append(task)

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Add tasks that were taken and not begun, in their order, at the front."""
        self._tasks.extendleft(reversed(list(tasks)))

    def take(self, hand: int, *, strangers: bool) -> Task | None:
        """Remove and return the task that suits a worker best; None where none does.

        strangers: it has nothing to do, and takes rather a task that another worker remembers than none.
        """
        place = self._place(hand, strangers)
        if place is None:
            return None
        task = self._tasks[place]
        del self._tasks[place]
        if task.keep is not None:
            self._homes[task.keep] = hand
        return task

    def forget(self, hand: int) -> None:
        """The worker is gone with all it remembered."""
        self._homes = {label: home for label, home in self._homes.items() if home != hand}

    def clear(self) -> None:
        """Drop all tasks."""
        self._tasks.clear()

    def _place(self, hand: int, strangers: bool) -> int | None:
        free: int | None = None
        strange: int | None = None
        for place, task in enumerate(islice(self._tasks, WINDOW)):
            if task.alone and place:
                break
            home = None if task.keep is None else self._homes.get(task.keep)
            if home == hand:
                return place
            if free is None and home is None and (strangers or not task.pinned):
                free = place
            if strange is None and strangers and not task.pinned:
                strange = place
            if task.alone:
                break
        return strange if free is None else free
