from __future__ import annotations

import io
import json

from rich.console import Console

from runner.record import strict_json
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
