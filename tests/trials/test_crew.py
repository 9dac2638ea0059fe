"""Whatever happens to a worker, its task ends with the reason, and the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runner.errors import PluginError
from runner.trials.crew import Crew, Habits
from runner.trials.task import Ended, Limits, Said, Task

WORKS = str(Path(__file__).parent / "works.py") + ":act"


# --- what goes well ---


def test_tasks_are_carried_out_on_several_workers(crew: Crew, make_task: Any) -> None:
    for number in range(8):
        crew.submit(make_task(str(number), "sleep", seconds=0.02))
    done = ended(crew)
    assert {one.state for one in done.values()} == {"done"}
    assert sorted(done, key=int) == [str(number) for number in range(8)]
    assert len({one.answer["pid"] for one in done.values() if one.answer}) == 2


def test_a_worker_gets_again_what_it_remembers(crew: Crew, make_task: Any) -> None:
    for number in range(20):
        crew.submit(make_task(str(number), "remember", keep="ab"[number % 2], label="ab"[number % 2]))
    done = ended(crew)
    homes = {(int(name) % 2, one.answer["pid"]) for name, one in done.items() if one.answer}
    assert len(homes) <= 3  # the last ones may go to whoever has nothing to do


def test_a_thousand_tasks_that_do_nothing_take_no_time(crew: Crew, make_task: Any) -> None:
    began = time.monotonic()
    for number in range(1000):
        crew.submit(make_task(str(number), "nothing", number=number))
    done = ended(crew)
    assert [done[str(number)].answer["number"] for number in range(1000)] == list(range(1000))  # type: ignore[index]
    assert time.monotonic() - began < 10  # under a second where the machine has nothing else to do


def test_the_work_and_the_driver_speak_while_it_goes_on(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("talk", "converse", number=7, threads=1))
    assert first_said(crew) == Said("talk", {"hello": 7})
    assert crew.running == ["talk"]
    crew.send("talk", {"share": 0.5})
    crew.send("unknown", {"lost": True})
    assert ended(crew)["talk"].answer == {"heard": {"share": 0.5}, "then": None, "threads": 1}


def test_a_task_written_ahead_is_handed_back_when_another_worker_is_free(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("long", "sleep", seconds=1.0))
    for number in range(5):
        crew.submit(make_task(f"short{number}", "sleep", seconds=0.02))
    order = [one.task for one in ended(crew).values()]
    assert order[-1] == "long"


def test_a_task_alone_has_nothing_beside_it(crew: Crew, make_task: Any) -> None:
    for number in range(6):
        crew.submit(make_task(str(number), "sleep", seconds=0.1, alone=number == 3))
    done = {name: one.answer for name, one in ended(crew).items()}
    alone = done.pop("3")
    assert alone
    for other in done.values():
        assert other
        assert other["to"] <= alone["from"] + 0.01 or other["from"] >= alone["to"] - 0.01


def test_a_pinned_task_waits_for_the_worker_that_remembers(crew: Crew, make_task: Any) -> None:
    for name in ("one", "two", "three"):
        crew.submit(make_task(name, "remember", keep="course", pinned=True, label=name))
    crew.submit(make_task("other", "sleep", seconds=0.02))
    answers = [done.answer for name, done in ended(crew).items() if name != "other"]
    assert answers[-1]
    assert answers[-1]["seen"][-3:] == ["one", "two", "three"]
    os.kill(answers[-1]["pid"], signal.SIGKILL)
    time.sleep(0.3)
    crew.wait(0)
    crew.submit(make_task("four", "remember", keep="course", pinned=True, label="four"))
    four = ended(crew)["four"]
    assert four.answer
    assert "three" not in four.answer["seen"]


def test_threads_are_held_to_what_the_payload_says(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("one", "count_threads", threads=1))
    answer = ended(crew)["one"].answer
    assert answer
    assert set(answer["counts"]) == {1}
    assert answer["omp"] == "1"


def test_blas_works_in_forked_workers(crew: Crew, make_task: Any) -> None:
    for number in range(4):
        crew.submit(make_task(str(number), "multiply"))
    assert {one.answer["corner"] for one in ended(crew).values() if one.answer} == {300.0}


def test_a_payload_that_is_not_json_is_an_error_at_once(crew: Crew, make_task: Any) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        crew.submit(make_task("bad", "nothing", number=object()))
    crew.submit(make_task("good", "nothing"))
    assert ended(crew)["good"].state == "done"


def test_waiting_ends_in_time_and_at_once_where_nothing_is_under_way(crew: Crew, make_task: Any) -> None:
    assert crew.wait(None) == []
    crew.submit(make_task("slow", "sleep", seconds=0.5))
    first_said(crew)
    began = time.monotonic()
    assert crew.wait(0.1) == []
    assert 0.09 < time.monotonic() - began < 0.45
    assert ended(crew)["slow"].state == "done"


def test_a_crew_can_grow_and_shrink(crew: Crew, make_task: Any) -> None:
    crew.resize(1)
    for number in range(4):
        crew.submit(make_task(str(number), "sleep", seconds=0.05))
    assert len({one.answer["pid"] for one in ended(crew).values() if one.answer}) == 1
    crew.resize(2)
    assert crew.idle == 2
    for number in range(6):
        crew.submit(make_task(str(number), "sleep", seconds=0.1))
    assert crew.idle == 0
    assert len({one.answer["pid"] for one in ended(crew).values() if one.answer}) == 2


def test_a_worker_is_replaced_after_its_share_of_tasks(make_task: Any) -> None:
    crew = Crew.start(1, WORKS, habits=Habits(tasks=3))
    try:
        for number in range(7):
            crew.submit(make_task(str(number), "nothing"))
        pids = [one.answer["pid"] for one in ended(crew).values() if one.answer]
        assert sorted(Counter(pids).values()) == [1, 3, 3]
    finally:
        crew.stop()


def test_a_worker_that_has_served_is_written_no_more_ahead_than_its_share(make_task: Any) -> None:
    crew = Crew.start(1, WORKS, habits=Habits(tasks=3, ahead=2))
    try:
        for number in range(7):  # the first holds the others back, so that they wait when it has been served
            crew.submit(make_task(str(number), "nothing", alone=number == 0))
        pids = [one.answer["pid"] for one in ended(crew).values() if one.answer]
        assert sorted(Counter(pids).values()) == [1, 3, 3]
    finally:
        crew.stop()


def test_workers_can_be_interpreters_of_their_own(make_task: Any) -> None:
    crew = Crew.start(1, WORKS, habits=Habits(fresh=True))
    try:
        crew.submit(make_task("one", "nothing", number=1))
        crew.submit(make_task("two", "leave", how="os._exit"))
        done = ended(crew)
        assert (done["one"].state, done["two"].state) == ("done", "exited")
    finally:
        assert crew.stop() == []


# --- what goes wrong ---


def assert_goes_on(crew: Crew, make_task: Any) -> None:
    for number in range(4):
        crew.submit(make_task(f"after{number}", "nothing"))
    assert [one for one in ended(crew).values() if one.state != "done"] == []


@pytest.mark.fault("F03")
def test_a_killed_worker_costs_its_task_and_nothing_else(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("victim", "sleep", seconds=30))
    pid = first_said(crew).told["pid"]
    for number in range(5):
        crew.submit(make_task(f"sibling{number}", "sleep", seconds=0.1))
    crew.wait(0.05)
    os.kill(pid, signal.SIGKILL)
    done = ended(crew)
    victim = done.pop("victim")
    assert (victim.state, victim.signal, victim.infrastructure) == ("killed", 9, True)
    assert victim.error
    assert victim.error.message.startswith("the worker was killed by signal 9 (SIGKILL)")
    assert {one.state for one in done.values()} == {"done"}


@pytest.mark.fault("F03")
def test_tasks_written_ahead_to_a_worker_that_dies_are_carried_out_elsewhere(make_task: Any) -> None:
    crew = Crew.start(1, WORKS, habits=Habits(ahead=3))
    try:
        crew.submit(make_task("dies", "kill_self", signal=9))
        for number in range(3):
            crew.submit(make_task(str(number), "nothing", number=number))
        done = ended(crew)
        assert done["dies"].state == "killed"
        assert [done[str(number)].state for number in range(3)] == ["done"] * 3
    finally:
        crew.stop()


@pytest.mark.fault("F03")
def test_an_idle_worker_that_is_killed_is_replaced(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("who", "nothing"))
    answer = ended(crew)["who"].answer
    assert answer
    os.kill(answer["pid"], signal.SIGKILL)
    time.sleep(0.2)
    crew.wait(0)
    assert_goes_on(crew, make_task)


@pytest.mark.fault("F04")
def test_a_task_over_its_memory_is_ended_with_its_peak(crew: Crew, make_task: Any) -> None:
    limits = Limits(memory=300 << 20)
    crew.submit(make_task("own", "hoard", bytes=400 << 20, seconds=30, limits=limits))
    crew.submit(make_task("child", "hoard_in_child", bytes=400 << 20, limits=limits))
    crew.submit(make_task("small", "nothing", limits=limits))
    done = ended(crew)
    for name in ("own", "child"):
        assert (done[name].state, done[name].infrastructure) == ("oom", True)
        assert done[name].peak_bytes > 300 << 20
        assert done[name].error
        assert "the limit is 300 MiB" in done[name].error.message  # type: ignore[union-attr]
    assert done["small"].state == "done"
    assert_goes_on(crew, make_task)


@pytest.mark.fault("F04")
def test_an_allocation_beyond_the_address_space_is_told_as_such(crew: Crew, make_task: Any) -> None:
    crew.submit(make_task("bounded", "hoard", bytes=8 << 30, limits=Limits(address_space=4 << 30)))
    bounded = ended(crew)["bounded"]
    assert (bounded.state, bounded.infrastructure) == ("oom", True)
    assert bounded.peak_bytes > 1 << 20
    assert_goes_on(crew, make_task)


@pytest.mark.fault("F05")
def test_a_crash_in_c_leaves_its_place_in_the_log(crew: Crew, make_task: Any) -> None:
    task = make_task("crash", "crash")
    crew.submit(task)
    crash = ended(crew)["crash"]
    assert (crash.state, crash.signal, crash.infrastructure) == ("killed", 11, True)
    assert "Segmentation fault" in task.log.read_text()
    assert "in crash" in task.log.read_text()
    assert_goes_on(crew, make_task)


@pytest.mark.fault("F06")
@pytest.mark.parametrize("how", ["sleeps", "ignores", "holds the lock", "grandchild"])
def test_a_hanging_task_is_ended_with_all_it_has_started(crew: Crew, make_task: Any, how: str) -> None:
    task = make_task("hang", "hang", how=how, limits=Limits(seconds=0.8))
    began = time.monotonic()
    crew.submit(task)
    pids = first_said(crew).told["pids"]
    hang = ended(crew)["hang"]
    assert (hang.state, hang.infrastructure) == ("timeout", False)
    assert 0.8 <= time.monotonic() - began < 5
    assert not any(map(alive, pids))
    assert how in ("ignores", "holds the lock") or "in hang" in task.log.read_text()
    assert_goes_on(crew, make_task)


@pytest.mark.fault("F07")
@pytest.mark.parametrize("how", ["sys.exit", "os._exit", "interrupt"])
def test_leaving_in_the_middle_is_never_a_success(crew: Crew, make_task: Any, how: str) -> None:
    crew.submit(make_task("leaves", "leave", how=how))
    leaves = ended(crew)["leaves"]
    assert (leaves.state, leaves.answer, leaves.infrastructure) == ("exited", None, False)
    assert leaves.error
    assert leaves.error.kind == "exited"
    assert_goes_on(crew, make_task)


@pytest.mark.parametrize("do", ["close_connections", "forge"])
def test_a_component_that_breaks_the_connection_hurts_only_itself(crew: Crew, make_task: Any, do: str) -> None:
    crew.submit(make_task("breaks", do))
    breaks = ended(crew)["breaks"]
    assert (breaks.state, breaks.infrastructure) == ("exited", False)
    assert_goes_on(crew, make_task)


def test_a_nursery_that_is_killed_takes_its_workers_along_and_is_replaced(make_task: Any) -> None:
    before = set(nurseries(os.getpid()))
    crew = Crew.start(1, WORKS)
    try:
        [nursery] = set(nurseries(os.getpid())) - before
        crew.submit(make_task("lost", "hang", how="grandchild"))
        crew.submit(make_task("next", "nothing"))
        pids = first_said(crew).told["pids"]
        os.kill(nursery, signal.SIGKILL)
        done = ended(crew)
        assert (done["lost"].state, done["lost"].infrastructure) == ("killed", True)
        assert done["next"].state == "done"
        assert not any(map(alive, pids))
    finally:
        crew.stop()


def test_work_that_cannot_be_imported_is_an_error(make_task: Any, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "broken.py").write_text("raise ImportError('no such thing')\n")
    crew = Crew.start(2, f"{tmp_path}/broken.py:act")
    try:
        for number in range(3):
            crew.submit(make_task(str(number), "nothing"))
        with pytest.raises(PluginError, match="left with code 1 before it was ready"):
            ended(crew)
    finally:
        crew.stop()
    assert "no such thing" in capfd.readouterr().err


def test_workers_that_die_before_they_begin_are_an_error(make_task: Any, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "broken.py").write_text("raise ImportError('no such thing')\n")
    crew = Crew.start(1, f"{tmp_path}/broken.py:act", habits=Habits(fresh=True, births=2))
    try:
        crew.submit(make_task("never", "nothing"))
        with pytest.raises(PluginError, match="2 worker processes in a row died with code 1"):
            ended(crew)
    finally:
        crew.stop()
    assert "no such thing" in capfd.readouterr().err


# --- the end ---


@pytest.mark.fault("F08")
@pytest.mark.parametrize("grace", [0.0, 0.5])
def test_stopping_leaves_nothing_behind(make_task: Any, grace: float) -> None:
    before = nurseries(os.getpid())
    crew = Crew.start(2, WORKS)
    crew.submit(make_task("a", "hang", how="grandchild"))
    crew.submit(make_task("b", "hang", how="ignores"))
    crew.submit(make_task("waits", "nothing"))
    pids: list[int] = []
    while len(pids) < 3:
        for one in crew.wait(20):
            assert isinstance(one, Said)
            pids += one.told["pids"]
    began = time.monotonic()
    stopped = crew.stop(grace)
    assert {(one.task, one.state) for one in stopped} == {("a", "interrupted"), ("b", "interrupted")}
    assert grace <= time.monotonic() - began < grace + 3
    assert not any(map(alive, pids))
    assert nurseries(os.getpid()) == before


def test_a_crew_stopped_before_it_was_up_takes_no_time() -> None:
    before = nurseries(os.getpid())
    crew = Crew.start(2, WORKS)
    crew.submit(Task("never", {}, Path("never.log")))
    began = time.monotonic()
    assert crew.stop() == []
    assert time.monotonic() - began < 1
    assert nurseries(os.getpid()) == before


DRIVER = """
import sys, time
from pathlib import Path
from runner.trials.crew import Crew
from runner.trials.task import Task
crew = Crew.start(3, sys.argv[1])
for number, how in enumerate(["ignores", "holds the lock", "grandchild"]):
    crew.submit(Task(str(number), {"do": "hang", "how": how}, Path(sys.argv[2]) / str(number)))
while True:
    for said in crew.wait(None):
        print(*said.told["pids"], flush=True)
"""


@pytest.mark.fault("F02")
def test_workers_and_what_they_started_die_with_the_driver(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", DRIVER, WORKS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout
        pids = [int(pid) for _ in range(3) for pid in driver.stdout.readline().split()]
        found = nurseries(driver.pid)
        driver.kill()
    assert len(pids) == 4
    assert len(found) == 1
    until = time.monotonic() + 5
    while any(map(alive, [*pids, *found])) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(alive, [*pids, *found]))


# --- how the tests look at it ---


def ended(crew: Crew) -> dict[str, Ended]:
    """Wait until all is done; return how each task ended, in the order they did."""
    found: dict[str, Ended] = {}
    while told := crew.wait(30):
        for one in told:
            if isinstance(one, Ended):
                assert one.task not in found, "a task ended twice"
                found[one.task] = one
    return found


def first_said(crew: Crew) -> Said:
    for one in crew.wait(30):
        assert isinstance(one, Said), one
        return one
    raise AssertionError("nothing was said")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def nurseries(pid: int) -> list[int]:
    """Return the living nurseries of a process."""
    born = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(name) for name in born if alive(int(name)) and b"nursery" in Path(f"/proc/{name}/cmdline").read_bytes()
    ]
