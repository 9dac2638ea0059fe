from __future__ import annotations

import io
from typing import Any

import numpy as np
from rich.console import Console

from runner.data import Dataset
from runner.execute.collecting import Fold
from runner.execute.data_report import data_report
from runner.execute.rehearsal import Rehearsal
from runner.record.records import StepRecord
from runner.report.rehearsal_page import show_rehearsal

RAW = Dataset.of(np.arange(8.0)[:, None], [0, 1] * 4)
REPORT = data_report(RAW, RAW, [], [Fold.of((range(4), range(4, 8)))], classifier=True)


def shown(**changed: Any) -> str:
    told: dict[str, Any] = {
        "experiment": "digits",
        "report": REPORT,
        "stages": [StepRecord("load/x", 0.5), StepRecord("split/y", 0.25)],
        "ahead": ["transform/scale", "train/ridge"],
        "metrics": ["r2", "mae"],
        "trainings": 6,
        "notes": ["[red] is a text"],
    }
    out = io.StringIO()
    show_rehearsal(Rehearsal(**{**told, **changed}), Console(file=out, width=120, highlight=False))
    return out.getvalue()


def test_the_data_come_first_and_then_what_would_follow() -> None:
    text = shown()
    assert text.index("8 rows") < text.index("transform/scale → train/ridge, 6 times") < text.index("r2, mae")
    assert text.endswith("note: [red] is a text\ndigits: nothing was trained · 750 ms\n")


def test_one_training_without_metrics_is_told_as_such() -> None:
    text = shown(trainings=1, metrics=[])
    assert "train/ridge, 1 time\n" in text
    assert "scored by no metric" in text
