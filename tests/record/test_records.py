from __future__ import annotations

import json

from runner.record import strict_json
from runner.record.records import ErrorRecord, Metrics, RunInfo, StepRecord, Total


def test_a_failed_run_comes_back_with_its_reason() -> None:
    info = RunInfo(
        id="i",
        experiment="e",
        state="failed",
        started="2026-01-31T12:00:00+00:00",
        seconds=1.0,
        command=("runner",),
        seed=7,
        host="h",
        versions={"runner": "0.1.0", "python": "3.11"},
        error=ErrorRecord("DataError", "no rows"),
    )
    record = json.loads(strict_json.dumps(info))
    assert record["schema"] == 1
    assert record["error"] == {"kind": "DataError", "message": "no rows"}
    assert RunInfo.of(record) == info


def test_a_record_with_keys_of_a_later_version_is_read() -> None:
    step = StepRecord("a", 0.5, fold=1, rows_in=3, rows_out=2, note="n")
    assert StepRecord.of({**json.loads(strict_json.dumps(step)), "later": 1}) == step


def test_metrics_come_back_with_a_list_of_what_was_not_finite() -> None:
    metrics = Metrics(
        primary="f1",
        direction="maximize",
        folds=({"f1": float("nan"), "confusion": [[1, 0]]},),
        total={"f1": Total(float("nan"), None, 1)},
        compressed={"svd": {"f1": Total(0.5, 0.1, 2)}},
    )
    read = Metrics.of(json.loads(strict_json.dumps(metrics)))
    assert read.folds == ({"f1": None, "confusion": [[1, 0]]},)
    assert read.total == {"f1": Total(None, None, 1)}
    assert read.compressed == metrics.compressed
    assert read.non_finite == ("folds.0.f1", "total.f1.mean")
