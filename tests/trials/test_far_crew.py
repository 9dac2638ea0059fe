"""Tasks that are carried out elsewhere: here, by processes that know nothing of the driver."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import runner
from runner.trials.errand import Errand
from runner.trials.far_crew import FarCrew
from runner.trials.task import Ended, Limits, Task
from tests.trials.conftest import make_catalogue

PLACE = {"folder": ".", "downloads": None, "store": None, "disabled": [], "memory": 0}
#: Orders are refused by the name of what is to be done, which shows how an errand fails.
SURVEY = {"do": "survey", "steps": [], "place": PLACE}


class Elsewhere:
    """An executor of two processes, each an interpreter of its own."""

    elsewhere = True
    closed = False
    last: Elsewhere

    def __init__(self, *, store: str | None = None) -> None:
        self.store = store
        self.keys: list[str] = []
        self._pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
        Elsewhere.last = self

    def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Hand it to one of the processes."""
        self.keys.append(getattr(task, "key", ""))
        return self._pool.submit(task, *arguments)

    def slots(self) -> int:
        """There are two."""
        return 2

    @property
    def where(self) -> str:
        """Say so."""
        return "two processes"

    def close(self) -> None:
        """End them."""
        self.closed = True
        self._pool.shutdown()


@pytest.fixture(scope="module")
def executor() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


def ends(crew: FarCrew, count: int) -> list[Ended]:
    """Wait for so many tasks."""
    found: list[Ended] = []
    until = time.monotonic() + 120
    while len(found) < count and time.monotonic() < until:
        found += [told for told in crew.wait(1.0) if isinstance(told, Ended)]
    return found


def test_a_task_comes_back_with_its_answer(executor: Elsewhere, tmp_path: Path) -> None:
    crew = FarCrew(executor)
    crew.submit(Task("0001", SURVEY, tmp_path / "log.txt"))
    (ended,) = ends(crew, 1)
    assert (ended.task, ended.state, ended.error) == ("0001", "done", None)
    assert ended.answer is not None
    assert "source" in ended.answer
    assert crew.running == []


def test_a_task_that_fails_there_fails_here_with_its_message(executor: Elsewhere, tmp_path: Path) -> None:
    crew = FarCrew(executor)
    crew.submit(Task("0001", {**SURVEY, "steps": [{"kind": "source"}]}, tmp_path / "log.txt"))
    (ended,) = ends(crew, 1)
    assert (ended.state, ended.infrastructure) == ("failed", False)
    assert ended.error is not None
    assert "KeyError" in ended.error.message
    assert "Traceback" in (tmp_path / "log.txt").read_text()


@pytest.mark.fault("F06")
def test_limits_are_kept_where_the_task_runs(executor: Elsewhere, tmp_path: Path) -> None:
    crew = FarCrew(executor)
    crew.submit(Task("0001", SURVEY, tmp_path / "log.txt", Limits(seconds=1e-9)))
    (ended,) = ends(crew, 1)
    assert ended.state == "timeout"
    assert ended.error is not None
    assert "the limit is" in ended.error.message


@pytest.mark.fault("F28")
def test_a_task_whose_worker_is_lost_may_be_given_again(tmp_path: Path) -> None:
    lost = Elsewhere()
    crew = FarCrew(lost)
    lost.submit(os.getpid).result()
    for pid in list(lost._pool._processes):
        os.kill(pid, signal.SIGKILL)
    crew.submit(Task("0001", SURVEY, tmp_path / "log.txt"))
    (ended,) = ends(crew, 1)
    assert (ended.state, ended.infrastructure) == ("killed", True)
    assert ended.error is not None
    assert "lost with whoever carried it out: BrokenProcessPool" in ended.error.message
    lost.close()


def test_a_task_that_wants_to_be_alone_waits_for_the_others_and_they_for_it(tmp_path: Path) -> None:
    class Never:
        def __init__(self) -> None:
            self.given: list[Future[Any]] = []

        def submit(self, task: Errand) -> Future[Any]:
            self.given.append(Future())
            return self.given[-1]

    never = Never()
    crew = FarCrew(never)
    for name, alone in (("1", False), ("2", True), ("3", False)):
        crew.submit(Task(name, SURVEY, tmp_path / "log.txt", alone=alone))
    told = {"task": "errand", "state": "done", "answer": {}, "error": None, "log": ""}
    for given in range(3):
        assert len(never.given) == given + 1
        never.given[given].set_result(told)
        assert [one.task for one in crew.wait(5) if isinstance(one, Ended)] == [str(given + 1)]


def test_what_has_not_begun_is_taken_back_at_the_end_and_what_has_is_interrupted(tmp_path: Path) -> None:
    class Slow:
        def __init__(self) -> None:
            self.given: list[Future[Any]] = []

        def submit(self, task: Errand) -> Future[Any]:
            self.given.append(Future())
            return self.given[-1]

    slow = Slow()
    crew = FarCrew(slow)
    for name in ("1", "2"):
        crew.submit(Task(name, SURVEY, tmp_path / "log.txt"))
    slow.given[0].set_running_or_notify_cancel()
    assert [(ended.task, ended.state) for ended in crew.stop()] == [("1", "interrupted")]
    assert slow.given[1].cancelled()
    crew.submit(Task("3", SURVEY, tmp_path / "log.txt"))
    assert len(slow.given) == 2


def test_a_sweep_elsewhere_finds_what_a_sweep_here_finds(tmp_path: Path) -> None:
    catalogue = make_catalogue({"executor": {"elsewhere": Elsewhere}})
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": {"use": "stratified_kfold", "folds": 3},
        "transforms": ["standard_scale"],
        "model": {"use": "softmax", "epochs": 3},
        "metrics": ["accuracy"],
        "sweep": {"grid": {"model.l2": [1e-4, 1e-2, 1.0], "model.epochs": [2, 3]}},
    }
    store = tmp_path / "store"
    far = {"use": "elsewhere", "store": str(store)}
    there = runner.sweep({**declared, "executor": far}, outputs=tmp_path / "there", catalogue=catalogue)
    used = Elsewhere.last
    here = runner.sweep(declared, outputs=tmp_path / "here")
    assert [trial.state for trial in there.trials] == ["done"] * 6, there
    assert [trial.score for trial in there.trials] == [trial.score for trial in here.trials]
    assert there.run is not None
    assert store.is_dir()
    again = runner.sweep({**declared, "executor": far}, outputs=tmp_path / "there", catalogue=catalogue)
    assert [trial.score for trial in again.trials] == [trial.score for trial in here.trials]
    assert used.closed


def test_a_run_elsewhere_has_all_folds_in_work_at_once_and_the_same_scores(tmp_path: Path) -> None:
    catalogue = make_catalogue({"executor": {"elsewhere": Elsewhere}})
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": {"use": "stratified_kfold", "folds": 3},
        "model": {"use": "softmax", "epochs": 3},
        "metrics": ["accuracy"],
    }
    there = runner.run({**declared, "executor": "elsewhere"}, outputs=tmp_path / "there", catalogue=catalogue)
    here = runner.run(declared, outputs=tmp_path / "here")
    assert there.metrics.folds == here.metrics.folds
    assert [step.step for step in there.steps] == [step.step for step in here.steps]
    assert Elsewhere.last.closed


def test_the_same_task_of_two_drivers_has_two_keys(tmp_path: Path) -> None:
    executor = Recorded()
    task = Task("0000-1", {**SURVEY, "gathered": [["5d41402abc4b2a76", []]]}, tmp_path / "log.txt")
    for _ in range(2):
        FarCrew(executor).submit(task)
    first, second = executor.keys
    assert first.startswith("survey-5d41402abc4b2a76-0000-1-")
    assert first != second


class Recorded:
    """An executor that notes keys, and carries out nothing."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def submit(self, task: Errand) -> Future[Any]:
        """Note its key."""
        self.keys.append(task.key)
        return Future()
