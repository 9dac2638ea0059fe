"""What lies in an outputs folder, sound and damaged, is told with what mends it."""

import json
import os
import time
from dataclasses import asdict

import numpy as np
import pytest

from runner.doctor import outputs
from runner.doctor.finding import examined
from runner.record.lock import Owner
from runner.record.sweeps import JOURNAL, LOCK
from runner.store.store import Store


def told(look):
    return [(finding.state, finding.what, finding.mend) for finding in look]


def test_a_folder_that_is_not_there_yet_is_well_and_is_not_made(tmp_path):
    states = [state for state, _, _ in told(outputs.outputs(tmp_path / "outputs"))]
    assert states == ["ok", "ok"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_told_by_a_person(tmp_path):
    tmp_path.chmod(0o500)
    (finding,) = examined(lambda: outputs.outputs(tmp_path))
    tmp_path.chmod(0o700)
    assert (finding.code, "may not write here" in finding.what) == (5, True)


def test_a_disk_that_is_nearly_full_is_told_with_how_to_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "ROOM", 2**60)
    found = list(outputs.outputs(tmp_path))
    assert (found[1].code, found[1].mend) == (5, "runner store gc --max-size 1GB")


def test_unfinished_folders_are_told_by_how_long_they_lie(tmp_path):
    (tmp_path / "digits" / "a.partial" / "logs").mkdir(parents=True)
    (tmp_path / "digits" / "b.partial").mkdir()
    old = time.time() - 3 * 86400
    os.utime(tmp_path / "digits" / "b.partial", (old, old))
    fresh, abandoned = told(outputs.outputs(tmp_path))[2:]
    assert fresh[1].startswith(f"'{tmp_path}/digits/a.partial' is unfinished")
    assert abandoned[:2] == (
        "note",
        f"'{tmp_path}/digits/b.partial' was never finished, 3 days ago; nothing reads it",
    )
    assert abandoned[2] == f"rm -r '{tmp_path}/digits/b.partial'"


def test_a_sweep_that_is_whole_is_well_and_one_that_was_changed_is_not(make_sweep):
    path = make_sweep([{"settings": {"a": 1}}])
    assert [state for state, _, _ in told(outputs.all_sweeps(path.parents[1]))] == ["ok"]
    (path / "trials" / "0000" / "more.txt").write_text("added")
    (finding,) = outputs.all_sweeps(path.parents[1])
    assert (finding.code, finding.mend) == (5, f"runner verify '{path}'")
    assert "more.txt" in finding.what


def test_a_damaged_journal_is_told_with_what_mends_it(make_sweep):
    path = make_sweep([{"settings": {"a": 1}}, {"settings": {"a": 2}}])
    lines = (path / JOURNAL).read_bytes().splitlines(keepends=True)
    (path / JOURNAL).write_bytes(b"".join([lines[0], b"rubbish\n", *lines[2:]]))
    found = told(outputs.all_sweeps(path.parents[1]))
    assert found[0][0] == "note"
    assert "the journal of" in found[0][1]
    assert found[0][2].startswith("runner resume")


def test_a_lock_tells_who_holds_it_or_left_it(make_sweep):
    path = make_sweep([{"settings": {"a": 1}}])
    owner = Owner.here("flock")
    (path / LOCK).write_text(json.dumps(asdict(owner)))
    (held,) = told(outputs.all_sweeps(path.parents[1]))
    assert "is being run by" in held[1]
    (path / LOCK).write_text(json.dumps(asdict(owner) | {"started": "1"}))
    left = told(outputs.all_sweeps(path.parents[1]))[0]
    assert "has ended without saying so" in left[1]


def test_a_damaged_result_in_the_store_is_told_with_what_mends_it(tmp_path):
    assert told(outputs.store(tmp_path / "none"))[0][0] == "ok"
    Store(tmp_path).put("0f" * 32, {"x": np.arange(1000.0)}, about={})
    assert told(outputs.store(tmp_path))[0][:2] == (
        "ok",
        f"1 results of 0.0 MiB are kept in '{tmp_path}', all as they were written",
    )
    (array,) = [path for path in tmp_path.rglob("*") if path.suffix == ".npy"]
    array.chmod(0o600)
    array.write_bytes(array.read_bytes()[:-1] + b"\xff")
    (finding,) = outputs.store(tmp_path)
    assert (finding.code, finding.mend) == (5, "runner store verify --repair")


def test_a_store_that_is_large_is_not_read_whole(tmp_path, monkeypatch):
    Store(tmp_path).put("0f" * 32, {"x": np.arange(10.0)}, about={})
    monkeypatch.setattr(outputs, "READ_WHOLE", 10)
    assert told(outputs.store(tmp_path))[0][2] == "runner store verify"
