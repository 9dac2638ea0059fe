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


def test_it_rests_while_a_sweep_goes_on_and_not_when_that_has_ended(tmp_path: Path) -> None:
    spooling, place = Spooling.begin(tmp_path, HEADER), Slow()
    spooling.add(Event("first"))
    sending = threading.Thread(target=_Sending(tmp_path, place).carry_out)
    sending.start()
    while not place.written:
        time.sleep(0.01)
    spooling.add(Event("second"))
    time.sleep(1.0)
    assert place.written == ["first"]
    spooling.end()  # and does not leave: it waits
    sending.join(2.0)
    assert place.written == ["first", "second", "end"]
    assert not list(waiting(tmp_path))
    spooling.leave()


def test_it_does_not_rest_when_another_run_has_begun(tmp_path: Path) -> None:
    long, place = Spooling.begin(tmp_path, HEADER), Slow()
    long.add(Event("first"))
    sending = threading.Thread(target=_Sending(tmp_path, place).carry_out)
    sending.start()
    while not place.written:
        time.sleep(0.01)
    short = Spooling.begin(tmp_path, HEADER.__class__("r2", False, "", "/tmp", "digits", [], True))
    short.add(Event("quick"))
    short.end()
    short.leave()
    time.sleep(1.5)
    assert place.written == ["first", "quick", "end"]
    long.leave()
    sending.join(2.0)
    assert place.written[-1] == "cut off"


def test_it_gives_way_to_other_sessions_too() -> None:
    ask = (
        "import os; from runner_mlflow.sender import _step_back; _step_back(); print(os.nice(0));"
        "place = '/proc/self/autogroup'; print(open(place).read() if os.path.exists(place) else 'nice 10')"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, start_new_session=True
    )
    nice, group = told.stdout.split(maxsplit=1)
    assert nice == "10"
    assert group.strip().endswith("nice 10")


def test_the_share_that_is_not_sent_is_known(tmp_path: Path) -> None:
    spooling = Spooling.begin(tmp_path, HEADER)
    assert share_left(spooling.path) == 1.0
    spooling.path.with_suffix(".sent").write_text(str(spooling.path.stat().st_size // 2))
    assert 0.45 < share_left(spooling.path) < 0.55
    spooling.leave()
    spooling.path.unlink()
    assert share_left(spooling.path) == 0.0
