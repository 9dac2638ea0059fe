from __future__ import annotations

import io

import pytest
from rich.console import Console

from runner.errors import IntegrityError
from runner.record.read_sweep import Sweep
from runner.record.records import Metrics, StepRecord, Total
from runner.report.trial_page import show_trial, trial_data


def shown(path) -> list[list[str]]:
    out = io.StringIO()
    show_trial(Sweep.open(path), 0, Console(file=out))
    return [line.split() for line in out.getvalue().splitlines()]


def test_a_trial_shows_all_that_its_record_holds(make_sweep) -> None:
    metrics = Metrics(
        primary="f1", direction="maximize", folds=({"f1": 0.8}, {"f1": 0.9}), total={"f1": Total(0.85, 0.05, 2)}
    )
    trial = {
        "settings": {"model.l2": 0.1, "model.use": "[mlp]"},
        "score": 0.85,
        "std": 0.05,
        "metrics": metrics,
        "steps": [StepRecord("train/softmax", 1.5, fold=0, rows_in=100)],
        "curves": {"loss": [2.0, None, 0.25], "empty": []},
        "fused": 32,
        "share": 0.25,
        "peak_bytes": 3_500_000,
        "waited": 2.0,
    }
    lines = shown(make_sweep([trial]))
    for words in (
        ["score", "0.85", "±", "0.05"],
        ["waited", "2.0", "s"],
        ["memory", "3.5", "MB", "at", "most"],
        ["trained", "together", "with", "31", "other", "trials"],
        ["epochs", "25%", "of", "those", "declared"],
        ["model.use", "[mlp]"],
        ["f1", "(primary)", "0.8", "0.9", "0.85", "±", "0.05"],
        ["train/softmax", "1", "1.5", "s", "100"],
        ["loss", "3", "2", "0.25"],
    ):
        assert words in lines
    assert not any(line[:1] == ["empty"] for line in lines)


def test_what_a_trial_does_not_have_is_not_shown(make_sweep) -> None:
    words = {line[0] for line in shown(make_sweep([{"settings": {}, "score": None, "state": "interrupted"}])) if line}
    assert words == {"trial", "state", "attempt", "started", "took", "folder"}


def test_the_data_hold_the_whole_record_and_the_end_of_the_log(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": 1}, "log": "\n".join(map(str, range(50)))}])
    data = trial_data(Sweep.open(path), 0)
    assert data["path"] == str(path / "trials" / "0000")
    assert data["trial"]["settings"] == {"a": 1}
    assert data["log"] == [str(n) for n in range(30, 50)]


@pytest.mark.fault("F24")
def test_a_trial_whose_record_was_edited_is_not_shown(make_sweep) -> None:
    path = make_sweep([{"settings": {"a": 1}, "score": 0.5}])
    record = path / "trials" / "0000" / "trial.json"
    record.write_text(record.read_text().replace("0.5", "0.9"))
    with pytest.raises(IntegrityError, match=r"trials/0000/trial\.json"):
        shown(path)
