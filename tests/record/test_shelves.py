from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runner.record import strict_json
from runner.record.shelves import Committed, Shelves, last_attempts
from runner.record.sweeps import TrialRecord


def _trial(folder: Path, number: int, attempt: int) -> TrialRecord:
    record = TrialRecord(
        number=number, key=f"key-{number}", state="done", attempt=attempt, started="2026-01-31", seconds=1.0
    ).sealed()
    folder.mkdir(parents=True)
    strict_json.write(folder / "trial.json", record)
    return record


def test_a_sweep_without_trials_has_empty_shelves(tmp_path: Path) -> None:
    assert Shelves.of(tmp_path) == Shelves(frozenset(), {}, {})


def test_folders_are_told_apart_by_their_names(tmp_path: Path) -> None:
    for name in ("trials/0001", "trials/12345", "trials/0002.partial-1", "trials/0002.partial-3", "trials/notes"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "attempts/0002/2").mkdir(parents=True)
    (tmp_path / "attempts/0002/1.partial").mkdir()
    assert Shelves.of(tmp_path) == Shelves(
        frozenset({1, 12345}), {2: frozenset({1, 3})}, {2: frozenset({"2", "1.partial"})}
    )
    assert last_attempts([{"event": "started", "number": 7, "attempt": 4}], Shelves.of(tmp_path), {}) == {
        7: 4,
        2: 3,
        1: 0,
        12345: 0,
    }


def test_the_folders_are_the_truth_and_the_journal_spares_opening_them(tmp_path: Path) -> None:
    first = _trial(tmp_path / "trials/0001", 1, 1)
    _trial(tmp_path / "attempts/0002/1", 2, 1)
    again = _trial(tmp_path / "trials/0002", 2, 2)
    unknown = _trial(tmp_path / "trials/0003", 3, 1)
    (tmp_path / "trials/0004").mkdir()
    (tmp_path / "trials/0001/trial.json").write_text("not opened")
    old = replace(again.summary(), attempt=1)
    gone = {**first.summary().event(), "number": 5}
    events = [{"event": "sweep"}, first.summary().event(), old.event(), gone]
    committed = Committed.of(tmp_path, events, Shelves.of(tmp_path))
    assert committed.trials == {1: first.summary(), 2: again.summary(), 3: unknown.summary()}
    assert (committed.adopted, list(committed.damaged), committed.gone) == ((2, 3), [4], (5,))
    told = "\n".join(committed.notes())
    assert "trial 4 runs again: " in told
    assert "2 trial(s) were committed but not in the journal" in told
    assert "the folders of 1 trial(s) are gone (5)" in told
