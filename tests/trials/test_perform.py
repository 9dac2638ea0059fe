"""One task in a worker: where its output goes, and what is told of its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.trials.crew import Crew
from runner.trials.task import Ended


def end_of(crew: Crew, task: Any) -> Ended:
    crew.submit(task)
    [ended] = crew.wait(30)
    assert isinstance(ended, Ended)
    return ended


def test_all_a_task_prints_is_in_its_log(crew: Crew, make_task: Any) -> None:
    task = make_task("writes", "write")
    assert end_of(crew, task).state == "done"
    log = task.log.read_bytes()
    for line in (b"printed", b'\xff raw bytes {"ended": 1}', b"from C", b"from a child"):
        assert line + b"\n" in log


def test_a_task_that_says_nothing_leaves_no_log(crew: Crew, make_task: Any, tmp_path: Path) -> None:
    assert end_of(crew, make_task("silent", "nothing")).state == "done"
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_written_fails_its_task(crew: Crew, make_task: Any, tmp_path: Path) -> None:
    (tmp_path / "taken.log").mkdir()
    ended = end_of(crew, make_task("taken", "nothing"))
    assert ended.error
    assert (ended.state, ended.error.kind) == ("failed", "storage")
    assert "taken.log" in ended.error.message


@pytest.mark.parametrize("kind", ["config", "data", "plugin", "resources", "component", "diverged"])
def test_a_mistake_is_told_by_its_kind(crew: Crew, make_task: Any, kind: str) -> None:
    task = make_task("fails", "fail", **{"as": kind})
    ended = end_of(crew, task)
    assert ended.error
    assert (ended.state, ended.infrastructure, ended.answer) == ("failed", False, None)
    assert (ended.error.kind, ended.error.message) == (kind, "it is so")
    assert not task.log.exists()


def test_any_other_exception_is_a_component_s_and_its_traceback_is_in_the_log(crew: Crew, make_task: Any) -> None:
    task = make_task("fails", "fail", **{"as": "value"})
    ended = end_of(crew, task)
    assert ended.error
    assert (ended.state, ended.error.kind, ended.error.message) == ("failed", "component", "ValueError: it is so")
    assert "Traceback" in task.log.read_text()


@pytest.mark.fault("F04")
@pytest.mark.parametrize("payload", [{"do": "fail", "as": "memory"}, {"do": "wrapped_memory_error"}])
def test_no_memory_is_worth_another_attempt(crew: Crew, make_task: Any, payload: dict[str, str]) -> None:
    ended = end_of(crew, make_task("short", **payload))
    assert ended.error
    assert (ended.state, ended.error.kind, ended.infrastructure) == ("oom", "oom", True)


@pytest.mark.parametrize("do", ["answer_text", "answer_object"])
def test_an_answer_that_is_no_mapping_of_json_is_an_error(crew: Crew, make_task: Any, do: str) -> None:
    ended = end_of(crew, make_task("odd", do))
    assert ended.error
    assert (ended.state, ended.error.kind) == ("failed", "component")
    assert ended.error.message.startswith("TypeError")


def test_closing_the_output_harms_neither_the_log_nor_the_next_task(crew: Crew, make_task: Any) -> None:
    crew.resize(1)
    task = make_task("closes", "close_output")
    assert end_of(crew, task).state == "failed"
    assert "after closing" in task.log.read_text()
    following = make_task("next", "write")
    assert end_of(crew, following).state == "done"
    assert b"printed" in following.log.read_bytes()


def test_the_peak_is_the_task_s_own(crew: Crew, make_task: Any) -> None:
    crew.resize(1)
    big = end_of(crew, make_task("big", "hoard", bytes=300 << 20)).peak_bytes
    small = end_of(crew, make_task("small", "nothing")).peak_bytes
    assert big > 300 << 20
    assert 1 << 20 < small < big - (200 << 20)
