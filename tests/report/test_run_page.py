from __future__ import annotations

import io
import json

from rich.console import Console

from runner.record import strict_json
from runner.record.interval import Interval
from runner.record.read import Run
from runner.record.records import ErrorRecord, Metrics, Total
from runner.report.run_page import run_data, show_run


def _shown(path) -> str:
    out = io.StringIO()
    show_run(Run.open(path), Console(file=out))
    return out.getvalue()


def test_a_page_tells_declaration_scores_steps_and_files(make_run) -> None:
    path = make_run(seed=7, command=["runner", "+experiment=digits", "source.password=[REDACTED]"])
    page = _shown(path)
    for told in (
        f"run        {path.name}",
        "seed       7",
        "command    runner +experiment=digits source.password=[REDACTED]",
        "  use: softmax\n",
        "f1 (primary)     0.8     0.9  0.85 ± 0.05",
        "confusion, mean of 1 fold\n         9        1\n         2        8\n",
        "clean/drop_duplicates         2 ms  150 → 148  2 duplicates",
        "fit/softmax               1  1.5 s  100",
        "metrics.json",
    ):
        assert told in page


def test_intervals_stand_beside_their_scores_with_what_is_to_be_known_of_them(make_run) -> None:
    sure = {
        "f1": Interval(low=0.81234, high=0.9, confidence=0.9, resamples=1000),
        "roc_auc": Interval(low=None, high=None, confidence=0.9, resamples=0, note="resampled rows have no score"),
    }
    total = {"f1": Total(0.85, 0.05, 2), "roc_auc": Total(0.9, None, 1), "loss": Total(0.1, None, 1)}
    metrics = Metrics("f1", "maximize", ({"f1": 0.8}, {"f1": 0.9}), total, intervals=sure)
    page = [line.split() for line in _shown(make_run(metrics=metrics)).splitlines()]
    assert ["metric", "fold", "1", "fold", "2", "total", "90", "%", "interval"] in page
    assert ["f1", "(primary)", "0.8", "0.9", "0.85", "±", "0.05", "0.8123", "…", "0.9"] in page
    assert ["roc_auc", "–", "–", "0.9", "–"] in page
    assert ["loss", "–", "–", "0.1", "–"] in page
    assert ["interval", "of", "roc_auc:", "resampled", "rows", "have", "no", "score"] in page


def test_a_failed_run_shows_why(make_run) -> None:
    page = _shown(make_run(state="failed", error=ErrorRecord("DataError", "no [rows] left"), metrics=Metrics()))
    assert "state      failed (DataError)" in page
    assert "no [rows] left" in page
    assert "Scores" not in page


def test_scores_that_were_not_finite_are_named(make_run) -> None:
    page = _shown(make_run(metrics=Metrics(total={"rmse": Total(float("inf"), None, 1)})))
    assert "not finite: total.rmse.mean" in page


def test_the_page_is_plain_data_too(make_run) -> None:
    path = make_run()
    data = json.loads(strict_json.dumps(run_data(Run.open(path))))
    assert data["info"]["id"] == path.name
    assert data["config"]["model"]["use"] == "softmax"
    assert data["scores"]["total"]["f1"] == {"mean": 0.85, "std": 0.05, "n": 2}
    assert data["steps"][1]["rows_out"] == 148
    assert data["files"]["run.json"]["size"] > 0
