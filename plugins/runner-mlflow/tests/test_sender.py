"""The process that sends gives way to those who work, and hurries when they are done."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("runner_mlflow", reason="runner-mlflow is not installed")

from runner_mlflow.sender import _Sending
from runner_mlflow.spool import Header, Spooling, share_left, waiting

from runner.contracts import Event

HEADER = Header("r1", True, "http://127.0.0.1:9", "/tmp", "digits", [], True)


class Slow:
    """A place, and what writes into it: slowly."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def scribe(self, spooled: object) -> "Slow":
        return self

    def write(self, events: list[dict[str, str]]) -> None:
        if events:
            time.sleep(0.2)
        self.written += [event["name"] for event in events]

    def close(self, *, cut_off: bool) -> None:
        self.written.append("cut off" if cut_off else "end")


def under_way(folder: Path) -> tuple[Spooling, Slow, threading.Thread]:
    """A sweep that goes on, and somebody who has sent its first event."""
    spooling, place = Spooling.begin(folder, HEADER), Slow()
    spooling.add(Event("first"))
    sending = threading.Thread(target=_Sending(folder, place).carry_out)
    sending.start()
    while not place.written:
        time.sleep(0.01)
    return spooling, place, sending


def test_it_rests_while_a_sweep_goes_on_and_not_when_that_has_ended(tmp_path: Path) -> None:
    spooling, place, sending = under_way(tmp_path)
    spooling.add(Event("second"))
    time.sleep(1.0)
    assert place.written == ["first"]
    spooling.end()  # and does not leave: it waits
    sending.join(2.0)
    assert place.written == ["first", "second", "end"]
    assert not list(waiting(tmp_path))
    spooling.leave()


def test_it_does_not_rest_when_another_run_has_begun(tmp_path: Path) -> None:
    long, place, sending = under_way(tmp_path)
    short = Spooling.begin(tmp_path, HEADER.__class__("r2", False, "", "/tmp", "digits", [], True))
    short.add(Event("quick"))
    short.end()
    short.leave()
    time.sleep(1.5)
    assert place.written == ["first", "quick", "end"]
    long.leave()
    sending.join(2.0)
    assert place.written[-1] == "cut off"


def test_it_stands_behind_other_sessions_while_somebody_works(tmp_path: Path) -> None:
    if not Path("/proc/self/autogroup").exists():
        pytest.skip("sessions are not weighed here")
    ask = (
        "import sys, time, threading; from pathlib import Path; from runner_mlflow.sender import _give_way;"
        "threading.Thread(target=_give_way, args=(Path(sys.argv[1]),), daemon=True).start();"
        "[(time.sleep(1), print(Path('/proc/self/autogroup').read_text().strip(), flush=True)) for _ in range(5)]"
    )
    spooling = Spooling.begin(tmp_path, HEADER)
    command = [sys.executable, "-c", ask, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as asked:
        assert asked.stdout
        told = [asked.stdout.readline(), asked.stdout.readline()]
        spooling.end()
        told += asked.stdout.readlines()
    spooling.leave()
    assert told[1].endswith("nice 10\n")
    assert told[-1].endswith("nice 0\n")


def test_the_share_that_is_not_sent_is_known(tmp_path: Path) -> None:
    spooling = Spooling.begin(tmp_path, HEADER)
    assert share_left(spooling.path) == 1.0
    spooling.path.with_suffix(".sent").write_text(str(spooling.path.stat().st_size // 2))
    assert 0.45 < share_left(spooling.path) < 0.55
    spooling.leave()
    spooling.path.unlink()
    assert share_left(spooling.path) == 0.0
