from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from runner.errors import ConfigError, ExitCode, ResourceError
from runner.record.lock import Lock, Owner

WHAT = "sweep digits/sweep-0badcafe0123"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "driver.lock"


@pytest.fixture(params=[errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP])
def no_flock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(descriptor: int, how: int) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", flock)


def _leave(path: Path, **changed: object) -> Owner:
    """Leave a lock file behind as another process would."""
    owner = replace(Owner.here("heartbeat"), **changed)
    path.write_text(json.dumps(asdict(owner)))
    return owner


def _ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def test_a_lock_tells_who_holds_it_and_is_gone_when_given_up(path: Path) -> None:
    with Lock.take(path, WHAT) as lock:
        owner = json.loads(path.read_text())
        assert (owner["pid"], owner["way"], lock.note) == (os.getpid(), "flock", None)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", owner["since"])
        lock.confirm()
    assert list(path.parent.iterdir()) == []
    lock.close()


@pytest.mark.fault("F11")
def test_a_second_driver_is_told_who_runs_the_sweep_with_exit_code_2(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from runner.record.lock import Lock\n"
        "from runner.errors import RunnerError\n"
        "try: Lock.take(Path(sys.argv[1]), 'sweep a/b')\n"
        "except RunnerError as error: print(int(error.exit_code), error)"
    )
    with Lock.take(path, WHAT):
        before = path.read_bytes()
        child = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
        assert re.match(rf"2 sweep a/b is being run by \S+/{os.getpid()} since \d{{4}}-", child.stdout)
        assert path.read_bytes() == before


_HOLD = """
import sys, time
from pathlib import Path
from runner.record.lock import Lock
lock = Lock.take(Path(sys.argv[1]), "sweep a/b")
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.fault("F13")
def test_the_lock_of_a_killed_process_is_taken_over_with_one_line(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        child.kill()
    with Lock.take(path, WHAT) as lock:
        assert lock.note is not None
        assert re.fullmatch(rf"{WHAT} was being run by \S+/{child.pid} since \S+, .* is taken over\.", lock.note)


@pytest.mark.fault("F13")
@pytest.mark.parametrize("pid_lives", [True, False])
def test_a_lock_whose_process_is_dead_is_taken_over_at_once_even_if_its_pid_is_used_again(
    path: Path, no_flock: None, pid_lives: bool
) -> None:
    _leave(path, **({"started": "1"} if pid_lives else {"pid": _ended_process()}))
    with Lock.take(path, WHAT, grace=60) as lock:
        assert lock.note is not None
        assert "its lock is taken over" in lock.note
        assert json.loads(path.read_text())["started"] != "1"


def test_workers_that_outlive_their_driver_are_waited_for(path: Path) -> None:
    # A forked child has the driver's descriptors, and with them its lock, until it ends.
    code = _HOLD.replace("time.sleep(60)", "import os\nif os.fork() == 0: time.sleep(1)\nos._exit(0)")
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as child:
        child.wait()
        with Lock.take(path, WHAT) as lock:
            assert lock.note is not None


@pytest.mark.fault("F14")
def test_without_flock_the_file_is_the_lock_and_that_is_said_once(path: Path, no_flock: None) -> None:
    with Lock.take(path, WHAT, beat=0.02) as lock:
        assert lock.note is not None
        assert lock.note.count("has no file locks") == 1
        with pytest.raises(ConfigError, match=f"is being run by .*/{os.getpid()} since") as told:
            Lock.take(path, WHAT, grace=1)
        assert told.value.exit_code == ExitCode.CONFIG
        lock.confirm()
    assert list(path.parent.iterdir()) == []


@pytest.mark.fault("F14")
def test_a_still_lock_of_another_machine_is_taken_over_after_the_grace(path: Path, no_flock: None) -> None:
    _leave(path, host="far", machine="other")
    start = time.monotonic()
    with Lock.take(path, WHAT, grace=0.3) as lock:
        assert 0.3 <= time.monotonic() - start < 5
        assert lock.note is not None
        assert "by far/" in lock.note


@pytest.mark.fault("F14")
def test_of_two_takers_of_a_dead_lock_one_gets_it(path: Path, no_flock: None) -> None:
    _leave(path, host="far", machine="other")
    got: list[Lock | ConfigError] = []

    def take() -> None:
        try:
            got.append(Lock.take(path, WHAT, beat=0.02, grace=0.4))
        except ConfigError as error:
            got.append(error)

    takers = [threading.Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    (lock,) = (one for one in got if isinstance(one, Lock))
    lock.confirm()
    lock.close()
    assert list(path.parent.iterdir()) == []


@pytest.mark.fault("F15")
@pytest.mark.parametrize("jump", [-7200, 86_400])
def test_a_clock_that_jumps_neither_frees_nor_keeps_a_lock(
    path: Path, no_flock: None, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    _leave(path, host="far", machine="other")
    ending = threading.Event()

    def beat_by_a_wrong_clock() -> None:
        beats = 0
        while not ending.wait(0.05):
            beats += 1
            os.utime(path, (time.time() + jump + beats, time.time() + jump + beats))

    heart = threading.Thread(target=beat_by_a_wrong_clock)
    heart.start()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - jump)
    with pytest.raises(ConfigError, match="is being run by far/"):
        Lock.take(path, WHAT, grace=1)
    ending.set()
    heart.join()
    Lock.take(path, WHAT, grace=0.2).close()


def test_a_living_flock_owner_elsewhere_is_never_judged_by_a_machine_without_flock(
    path: Path, no_flock: None
) -> None:
    _leave(path, host="far", machine="other", way="flock")
    with pytest.raises(ConfigError, match="if that machine is gone for good, delete"):
        Lock.take(path, WHAT, grace=0.1)


def test_a_beating_owner_elsewhere_is_respected_by_a_machine_with_flock(path: Path) -> None:
    _leave(path, host="far", machine="other")
    ending = threading.Event()

    def beat() -> None:
        while not ending.wait(0.05):
            path.touch()

    heart = threading.Thread(target=beat)
    heart.start()
    with pytest.raises(ConfigError, match="by far/"):
        Lock.take(path, WHAT, grace=1)
    ending.set()
    heart.join()


@pytest.mark.parametrize("remade", [False, True])
def test_a_lock_that_was_taken_away_is_noticed_and_another_one_is_left_alone(path: Path, remade: bool) -> None:
    lock = Lock.take(path, WHAT)
    path.unlink()
    if remade:
        _leave(path)
    with pytest.raises(ResourceError, match="no longer this process's"):
        lock.confirm()
    lock.close()
    assert path.exists() == remade


def test_a_lock_file_that_says_nothing_is_taken(path: Path) -> None:
    path.write_text("{half")
    with Lock.take(path, WHAT) as lock:
        assert lock.note is None


def test_a_lock_that_cannot_be_written_is_a_resource_error_and_left_free(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(ResourceError, match="disk full while locking"):
            Lock.take(path, WHAT)
    assert not path.exists()
    Lock.take(path, WHAT).close()
