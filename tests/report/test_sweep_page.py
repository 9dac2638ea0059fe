from __future__ import annotations

import io

import pytest
from rich.console import Console

from runner.record import strict_json
from runner.record.read_sweep import Sweep
from runner.report.sweep_page import show_sweep, show_trials, sweep_data


def shown(path) -> str:
    out = io.StringIO()
    show_sweep(Sweep.open(path), Console(file=out))
    return out.getvalue()


def test_a_sweep_without_any_trial_yet_says_how_many_are_to_go(make_sweep) -> None:
    text = shown(make_sweep([], planned=3))
    assert "0 of 3 ended, 3 to go" in text
    assert "Best by" not in text
    out = io.StringIO()
    show_trials([], out)
    assert out.getvalue() == "No trial of this sweep has ended yet.\n"


def test_the_winner_is_named_where_its_run_folder_is(make_sweep, make_run) -> None:
    path, run = make_sweep([{"settings": {"a": 1}}]), make_run()
    strict_json.write(path / "best.json", {"path": f"../{run.name}"})
    assert f"best       {run}" in shown(path)
    assert sweep_data(Sweep.open(path))["best"] == str(run)


def test_a_sweep_in_which_all_failed_shows_why_and_no_best(make_sweep) -> None:
    trials = [{"settings": {"a": n}, "state": "failed", "error": ("data", f"only {n} rows")} for n in range(3)]
    text = shown(make_sweep(trials))
    assert "all 3 trials failed: there is no best one, and nothing was exported" in text
    assert "3 × data: only 0 rows (trial 0)" in text


@pytest.mark.fault("F24")
def test_a_failed_trial_whose_record_was_damaged_since_is_still_counted(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": 1}, "state": "oom", "error": ("oom", "9 GB")}])
    (path / "trials" / "0000" / "trial.json").write_text("{")
    (reason,) = sweep_data(Sweep.open(path))["failures"]
    assert (reason["count"], reason["example"]["kind"]) == (1, "oom")
    assert "cannot be read" in reason["example"]["message"]
