from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.record.read import Run
from runner.record.records import Metrics, Total
from runner.report.ending import print_ending
from runner.report.score_table import MAX_CLASSES, MAX_FOLDS

MakeRun = Callable[..., Path]


def ending(run: Path, *notes: str) -> str:
    out = io.StringIO()
    print_ending(Run.open(run), notes, out)
    return out.getvalue()


def test_the_end_tells_scores_notes_and_the_folder(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics(
        primary="f1",
        direction="maximize",
        folds=({"f1": 0.8}, {"f1": 0.9}),
        total={"f1": Total(0.85, 0.0707, 2), "confusion": Total([[9.0, 1.0], [2.0, 8.0]], None, 2)},
        compressed={"truncated_svd": {"f1": Total(0.84, 0.01, 2)}},
    )
    run = make_run(metrics=metrics)
    monkeypatch.chdir(run.parents[2])
    page = ending(run, "a step [x] was ignored")
    for told in (
        "fold 1",
        "f1 (primary)",
        "0.85 ± 0.0707",
        "after truncated_svd",
        "confusion, mean of 2 folds",
        "note: a step [x] was ignored",
        f"outputs/digits/{run.name} · 2.5 s",
    ):
        assert told in page


def test_many_folds_and_many_classes_are_left_to_the_run_folder(make_run: MakeRun) -> None:
    large = [[0.0] * (MAX_CLASSES + 1)] * (MAX_CLASSES + 1)
    metrics = Metrics(
        folds=({"f1": 0.5},) * (MAX_FOLDS + 1),
        total={"f1": Total(0.5, 0.0, MAX_FOLDS + 1), "confusion": Total(large, None, MAX_FOLDS + 1)},
    )
    page = ending(make_run(metrics=metrics))
    assert "fold 1" not in page
    assert "confusion" not in page
    assert "0.5 ± 0" in page
