from __future__ import annotations

from typing import Any

import pytest

from runner.trials.candidate import Candidate
from runner.trials.job_graph import JobGraph, apart
from runner.trials.planning import Job


def job(name: str, *numbers: int, do: Any = "trial", needs: tuple[str, ...] = (), **more: Any) -> Job:
    candidates = tuple(Candidate(number, "key", {}, None) for number in numbers)  # type: ignore[arg-type]
    return Job(name, do, candidates, 0, (0,), None, needs=needs, **more)  # type: ignore[arg-type]


@pytest.fixture
def graph() -> JobGraph:
    """Rows that two trials share, of which one needs rows of its own as well; and one trial that needs nothing."""
    graph = JobGraph()
    for one in (
        job("rows", 0, do="prepare"),
        job("more-rows", 1, do="prepare", needs=("rows",)),
        job("first", 0, needs=("rows",)),
        job("second", 1, needs=("rows", "more-rows")),
        job("third", 2),
    ):
        graph.enter(one)
    return graph


def test_a_job_may_begin_once_all_that_it_needs_is_done(graph: JobGraph) -> None:
    assert list(graph.ready) == ["rows", "third"]
    graph.end(graph["rows"])
    assert list(graph.ready) == ["rows", "third", "more-rows", "first"]
    graph.end(graph["more-rows"])
    assert graph.ready[-1] == "second"


def test_what_a_job_that_comes_later_needs_may_be_done_already(graph: JobGraph) -> None:
    graph.end(graph["rows"])
    graph.enter(job("late", 3, needs=("rows",)))
    assert graph.ready[-1] == "late"


def test_it_is_empty_when_nothing_is_under_way_may_begin_or_waits(graph: JobGraph) -> None:
    for name in ("rows", "more-rows", "first", "second", "third"):
        assert graph
        graph.ready.remove(name)
        graph.given.add(name)
        assert graph
        graph.given.discard(name)
        graph.end(graph[name])
    assert not graph


def test_with_rows_all_trials_are_lost_that_need_them_at_any_remove(graph: JobGraph) -> None:
    numbers = {name: [one.number for one in graph.hanging_on(graph[name])] for name in ("rows", "more-rows", "third")}
    assert numbers == {"rows": [0, 1], "more-rows": [1], "third": [2]}


def test_a_training_of_several_is_parted_into_trials_of_their_own() -> None:
    parts = apart(job("both", 4, 7, do="together", needs=("rows",)))
    assert [(one.id, one.do, [own.number for own in one.candidates]) for one in parts] == [
        ("both-4", "trial", [4]),
        ("both-7", "trial", [7]),
    ]
    assert {one.needs for one in parts} == {("rows",)}


def test_a_training_that_may_be_gone_on_with_stays_one_of_its_kind() -> None:
    parts = apart(job("both", 4, 7, do="together", course="c1"))
    assert [(one.do, one.course) for one in parts] == [("together", "c1-4"), ("together", "c1-7")]
