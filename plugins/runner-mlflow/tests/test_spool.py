"""Spool files: what is written is read again, whatever is killed in between."""

import stat

import pytest

pytest.importorskip("runner_mlflow", reason="runner-mlflow is not installed")

import numpy as np
from runner_mlflow.__main__ import main
from runner_mlflow.spool import Header, Spooled, Spooling, refused, spool_folder, trouble, waiting

from runner.contracts import Event

HEADER = Header("r1", False, "http://127.0.0.1:9", "/tmp", "digits", ["figures"], True)


@pytest.fixture
def spooling(tmp_path):
    begun = Spooling.begin(tmp_path / "spool", HEADER)
    yield begun
    begun.leave()


def test_events_are_read_as_they_were_written(spooling):
    spooling.add(
        Event("fold_finished", fold=0, seconds=0.5, details={"metrics": {"f1": np.float64(0.5), "é": [1, 2]}})
    )
    spooling.add(Event("epochs_finished", details={"curves": {"loss": [float("nan"), float("inf")]}}))
    spooled = Spooled.open(spooling.path)
    assert spooled.header == HEADER
    (fold, epochs), _ = spooled.next_events(9)
    assert fold["details"] == {"metrics": {"f1": 0.5, "é": [1, 2]}}
    assert "stage" not in fold
    assert str(epochs["details"]["curves"]["loss"]) == "[nan, inf]"


def test_what_is_sent_is_not_read_again(spooling):
    for number in range(3):
        spooling.add(Event("trial_finished", trial=number))
    first = Spooled.open(spooling.path)
    events, at = first.next_events(2)
    assert [event["trial"] for event in events] == [0, 1]
    first.troubled("the server is away")
    assert trouble(spooling.path) == "the server is away"
    first.sent_to(at)
    assert trouble(spooling.path) == ""
    again = Spooled.open(spooling.path)
    assert [event["trial"] for event in again.next_events(9)[0]] == [2]


def test_half_a_line_waits_for_its_end(spooling):
    spooling.add(Event("run_started"))
    with spooling.path.open("a") as file:
        file.write('{"name": "run_fin')
    spooled = Spooled.open(spooling.path)
    events, at = spooled.next_events(9)
    assert [event["name"] for event in events] == ["run_started"]
    spooled.sent_to(at)
    with spooling.path.open("a") as file:
        file.write('ished"}\n')
    assert [event["name"] for event in spooled.next_events(9)[0]] == ["run_finished"]


def test_the_end_is_seen_by_each_that_reads(spooling):
    spooling.add(Event("run_started"))
    spooling.end()
    spooled = Spooled.open(spooling.path)
    _, at = spooled.next_events(9)
    assert spooled.ended
    spooled.sent_to(at)
    again = Spooled.open(spooling.path)
    assert again.next_events(9) == ([], at)
    assert again.ended


def test_a_file_is_written_as_long_as_its_writer_lives(spooling):
    spooled = Spooled.open(spooling.path)
    assert spooled.is_written()
    spooling.leave()
    assert not spooled.is_written()


def test_others_cannot_read_it(spooling):
    assert stat.S_IMODE(spooling.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(spooling.path.parent.stat().st_mode) == 0o700


def test_what_is_refused_is_kept_when_the_file_is_gone(spooling):
    spooled = Spooled.open(spooling.path)
    spooled.refused({"name": "run_finished"}, "too long")
    spooled.remove()
    assert list(waiting(spooling.path.parent)) == []
    assert '"reason": "too long"' in refused(spooling.path).read_text()


def test_what_waits_is_listed(spooling, capsys):
    Spooled.open(spooling.path).troubled("the server is away")
    assert main(["--spool", str(spooling.path.parent)]) == 1
    assert "r1 for http://127.0.0.1:9: " in (told := capsys.readouterr().out)
    assert "bytes, the server is away" in told
    Spooled.open(spooling.path).remove()
    assert main(["--spool", str(spooling.path.parent)]) == 0
    assert "Nothing waits" in capsys.readouterr().out


def test_the_spool_is_the_users_own_unless_one_is_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert spool_folder() == tmp_path / "runner-mlflow"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert spool_folder() == tmp_path / ".local/state/runner-mlflow"
    assert spool_folder(f"{tmp_path}/here") == tmp_path / "here"
