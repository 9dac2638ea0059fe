"""Sweeps as a person looks at them: ls, show, verify, compare and why."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from runner.cli import compare, ls, show, verify, why
from runner.errors import ConfigError, IntegrityError
from runner.record.journal import Journal

TRIALS = [
    {"settings": {"model.l2": 0.1}, "score": 0.7, "std": 0.01},
    {"settings": {"model.l2": 0.2}, "score": 0.9, "log": "first line\nlast line\n", "curves": {"loss": [2.0, 0.25]}},
    {"settings": {"model.l2": 0.3}, "state": "failed", "error": ("data", "no column 'x'"), "log": "Traceback\n"},
]


@pytest.fixture
def sweep(make_sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_sweep(TRIALS, planned=1)


def said(capsys: pytest.CaptureFixture[str], main, *words: str) -> str:
    assert main.main(words) == 0
    return capsys.readouterr().out


def test_ls_shows_a_sweep_as_one_row_beside_runs(sweep: Path, make_run, capsys) -> None:
    make_run(minutes=-1)
    make_run(minutes=1)
    _, first, row, last = said(capsys, ls).splitlines()
    assert "done" in first
    assert "done" in last
    assert row.split() == [
        "2026-01-31", "12:00", "digits", sweep.name, "3/4", "trials,", "1", "failed", "f1", "0.9", "–",
    ]  # fmt: skip
    listed = json.loads(said(capsys, ls, "--json"))
    assert listed[1]["trials"] == {"total": 4, "ended": 3, "failed": 1}
    assert listed[1]["state"] == "unfinished"
    assert "no finished runs" in said(capsys, ls, "another_experiment")


def test_ls_of_a_sweep_lists_its_trials(sweep: Path, capsys) -> None:
    headings, *rows = said(capsys, ls, str(sweep)).splitlines()
    assert headings.split() == ["trial", "state", "score", "l2", "took", "attempt"]
    assert [row.split()[1] for row in rows] == ["done", "done", "failed"]
    assert "(data)" in rows[2]
    assert len(json.loads(said(capsys, ls, f"digits/{sweep.name}", "--json"))) == 3


@pytest.mark.parametrize("words", ["sweep-5eed", "digits/sweep-5eed5eed5eed"])
def test_show_tells_what_a_sweep_is_its_best_trials_and_its_failures(sweep: Path, capsys, words: str) -> None:
    shown = said(capsys, show, words)
    assert "3 of 4 ended, 1 failed, 1 to go" in shown
    assert "Best by f1 (maximize)" in shown
    assert "1 × data: no column 'x' (trial 2 · outputs/digits/sweep-5eed5eed5eed/trials/0002/log.txt)" in shown
    data = json.loads(said(capsys, show, words, "--json"))
    assert [(trial["rank"], trial["number"]) for trial in data["leaderboard"]] == [(1, 1), (2, 0), (None, 2)]
    assert data["failures"][0]["count"] == 1


def test_show_tells_a_trial_by_its_number_or_its_folder(sweep: Path, capsys) -> None:
    shown = said(capsys, show, str(sweep), "1")
    assert shown == said(capsys, show, str(sweep / "trials" / "0001"))
    lines = [line.split() for line in shown.splitlines()]
    assert ["model.l2", "0.2"] in lines
    assert ["loss", "2", "2", "0.25"] in lines
    assert ["last", "line"] in lines
    data = json.loads(said(capsys, show, str(sweep), "1", "--json"))
    assert (data["trial"]["score"], data["log"]) == (0.9, ["first line", "last line"])


def test_a_trial_that_failed_tells_why(sweep: Path, capsys) -> None:
    shown = said(capsys, show, str(sweep), "2")
    assert "failed (data)" in shown
    assert "no column 'x'" in shown


def test_of_a_huge_log_the_end_is_shown(make_sweep, capsys) -> None:
    log = "".join(f"line {n} {'x' * 100}\n" for n in range(5000))
    shown = said(capsys, show, str(make_sweep([{"settings": {"a": 1}, "log": log}])), "0")
    assert "line 4999" in shown
    assert "line 4980" in shown
    assert "line 4979" not in shown


@pytest.mark.fault("F24")
def test_verify_names_a_file_of_a_trial_that_was_edited(sweep: Path, capsys) -> None:
    assert said(capsys, verify, str(sweep)) == "ok: 3 trials\n"
    assert said(capsys, verify, str(sweep / "trials" / "0001")) == "ok: 2 files\n"
    (sweep / "trials" / "0001" / "log.txt").write_text("nothing happened")
    for words in (sweep, sweep / "trials" / "0001"):
        with pytest.raises(IntegrityError, match=r"trials/0001/log\.txt") as found:
            verify.main([str(words)])
        assert found.value.exit_code == 6


def test_a_damaged_sweep_is_listed_as_unreadable_and_hides_no_other(sweep: Path, make_sweep, capsys) -> None:
    make_sweep(TRIALS[:1], identity="f00d" * 16)
    (sweep / "sweep.json").write_text("{")
    states = [row["state"] for row in json.loads(said(capsys, ls, "--json"))]
    assert sorted(states) == ["done", "unreadable"]


def test_compare_shows_a_setting_against_the_score(sweep: Path, make_sweep, capsys) -> None:
    make_sweep(TRIALS[:1], identity="f00d" * 16)
    shown = said(capsys, compare, "sweep-5eed", "sweep-f00d", "--by", "model.l2")
    assert shown.splitlines()[0] == "1: digits/sweep-5eed5eed5eed · f1 (maximize)"
    assert shown.splitlines()[3].split() == ["0.1", "0.7", "0.7", "1", "0.7", "0.7", "1"]
    table = said(capsys, compare, "sweep-5eed", "--by", "model.l2", "--csv").splitlines()
    assert table[-1] == "digits/sweep-5eed5eed5eed,f1,0.3,,,,0,1,,"
    assert json.loads(said(capsys, compare, "sweep-5eed", "--by", "model.l2", "--json"))[1]["best"] == 0.9


def test_compare_takes_run_folders_too(make_run, capsys) -> None:
    runs = [str(make_run(minutes=minutes)) for minutes in (1, 2)]
    _, row = said(capsys, compare, *runs, "--by", "model.l2").splitlines()
    assert row.split() == ["1e-05", "0.85", "0.85", "±", "0", "2"]


def test_runs_of_different_metrics_are_not_compared(make_run) -> None:
    from runner.record.records import Metrics, Total

    other = make_run(
        minutes=1, metrics=Metrics(primary="rmse", direction="minimize", total={"rmse": Total(1.0, 0, 1)})
    )
    with pytest.raises(ConfigError, match=r"cannot be compared.*by rmse"):
        compare.main([str(make_run()), str(other), "--by", "model.l2"])


def test_compare_by_a_key_that_is_not_there_names_the_nearest(sweep: Path) -> None:
    with pytest.raises(ConfigError, match=r"Did you mean 'model\.l2'"):
        compare.main([str(sweep), "--by", "model.l"])


def test_why_tells_what_differs_from_the_nearest_trial(sweep: Path, capsys) -> None:
    assert said(capsys, why, str(sweep), "1") == "trial 1 (attempt 1) against trial 0: model.l2 0.1 -> 0.2\n"
    found = json.loads(said(capsys, why, str(sweep), "1", "--json"))
    assert found["reasons"] == ["model.l2 0.1 -> 0.2"]


@pytest.mark.parametrize("main", [why, show])
def test_a_sweep_that_is_not_there_is_told_with_the_nearest(sweep: Path, main) -> None:
    with pytest.raises(ConfigError, match=r"no sweep 'sweep-5efd5eed5eed'.*Did you mean 'sweep-5eed5eed5eed'"):
        main.main(["sweep-5efd5eed5eed", "1"])


def test_a_beginning_that_fits_several_sweeps_is_an_error_naming_them(sweep: Path, make_sweep) -> None:
    make_sweep(TRIALS[:1], identity="5eee" * 16)
    with pytest.raises(ConfigError, match="could be any of 2 sweeps"):
        show.main(["sweep-5ee"])


def test_ten_thousand_trials_are_listed_in_a_second(make_sweep, tmp_path: Path, capsys, monkeypatch) -> None:
    path = make_sweep([])
    with_events = []
    for number in range(10_000):
        (path / "trials" / f"{number:04d}").mkdir()
        about = {"number": number, "key": f"{number:064x}", "attempt": 1}
        with_events += [
            {"event": "planned", "number": number, "key": about["key"], "settings": {"model.l2": number}},
            {"event": "started", "number": number, "attempt": 1, "pid": 1},
            {
                "event": "ended", **about, "state": "done", "score": number / 10_000, "std": 0.1, "seconds": 0.5,
                "settings": {"model.l2": number}, "kind": None, "check": "0" * 64,
            },
        ]  # fmt: skip
    journal = Journal.open(path / "journal.jsonl")
    journal.append(*with_events)
    journal.close()
    monkeypatch.chdir(tmp_path)
    began = time.process_time()
    out = said(capsys, ls)
    took = time.process_time() - began
    assert "10,000/10,000 trials  f1 0.9999" in out
    assert took < 1.0
