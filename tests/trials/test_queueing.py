"""Which task a worker gets."""

from __future__ import annotations

from pathlib import Path

from runner.trials.queueing import WINDOW, Queue
from runner.trials.task import Task


def queue(*tasks: str, alone: str = "") -> Queue:
    """Make a queue of tasks 'id' or 'id:label'."""
    made = Queue()
    for text in tasks:
        name, _, label = text.partition(":")
        made.append(Task(name, {}, Path("log"), alone=name == alone, keep=label or None))
    return made


def taken(queue: Queue, hand: int, *, strangers: bool = True) -> str | None:
    task = queue.take(hand, strangers=strangers)
    return task and task.id


def test_tasks_go_out_in_order() -> None:
    one = queue("a", "b", "c")
    assert [taken(one, 1), taken(one, 2), taken(one, 1), taken(one, 1)] == ["a", "b", "c", None]


def test_a_task_goes_to_the_worker_that_remembers_its_label() -> None:
    one = queue("a:x", "b:y", "c:y", "d:x", "e")
    assert [taken(one, 1), taken(one, 2)] == ["a", "b"]
    assert [taken(one, 1), taken(one, 1), taken(one, 2)] == ["d", "e", "c"]


def test_a_worker_with_nothing_better_to_do_takes_what_another_remembers() -> None:
    one = queue("a:x", "b:x")
    taken(one, 1)
    assert taken(one, 2, strangers=False) is None
    assert taken(one, 2) == "b"


def test_a_pinned_task_goes_to_its_worker_alone_and_is_passed_by_others() -> None:
    one = Queue()
    for name, label in [("a", "x"), ("b", "x"), ("c", None)]:
        one.append(Task(name, {}, Path("log"), keep=label, pinned=label is not None))
    assert [taken(one, 1), taken(one, 2), taken(one, 2), taken(one, 1)] == ["a", "c", None, "b"]


def test_a_pinned_task_without_a_worker_is_not_written_behind_another() -> None:
    one = Queue()
    one.append(Task("a", {}, Path("log"), keep="x", pinned=True))
    assert taken(one, 1, strangers=False) is None
    assert taken(one, 2) == "a"


def test_what_a_dead_worker_remembered_binds_nobody() -> None:
    one = queue("a:x", "b:x")
    taken(one, 1)
    one.forget(1)
    assert taken(one, 2, strangers=False) == "b"


def test_nothing_passes_a_task_that_wants_to_be_alone() -> None:
    one = queue("a:x", "b", "c:x", alone="b")
    assert taken(one, 1) == "a"
    assert one.wants_alone
    assert [taken(one, 1), taken(one, 1)] == ["b", "c"]


def test_what_was_not_begun_comes_first_again() -> None:
    one = queue("a", "b", "c")
    back = [one.take(1, strangers=True), one.take(1, strangers=True)]
    one.put_back(task for task in back if task)
    assert [taken(one, 1), taken(one, 1), taken(one, 1)] == ["a", "b", "c"]


def test_a_label_far_back_in_the_queue_is_not_searched_for() -> None:
    one = queue("a:x", *(f"n{number}" for number in range(WINDOW)), "b:x")
    assert [taken(one, 1), taken(one, 1)] == ["a", "n0"]
