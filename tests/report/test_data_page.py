from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from runner.data import Dataset
from runner.execute.change_report import change_of
from runner.execute.collecting import Fold
from runner.execute.data_report import data_report
from runner.record import strict_json
from runner.report.data_page import show_data

FRAME = pd.DataFrame(
    {
        "age": [20.0, 30.0, None, 50.0, 20.0, 60.0],
        "note": ["hello there", "x", "y", "z", "hello there", "w"],
        "one": [1] * 6,
        "[bold]": pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 3),
    }
)
RAW = Dataset.of(FRAME, ["p", "q", "p", "q", "p", "q"], groups=[1, 1, 2, 2, 3, 3], fingerprint="f")


def shown(report: Any) -> str:
    out = io.StringIO()
    show_data(json.loads(strict_json.dumps(report)), Console(file=out, width=200, highlight=False))
    return out.getvalue()


def page(folds: Any = (([0, 1], [3, 4]),), raw: Dataset = RAW, **more: Any) -> str:
    clean = raw.drop(raw.row_ids == 2, "missing age")
    steps = [change_of("clean/drop_missing", raw, clean)]
    return shown(data_report(raw, clean, steps, [Fold.of(fold) for fold in folds], **{"classifier": True, **more}))


def lines(text: str, beginning: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(beginning)]


def test_rows_are_shown_before_and_after_each_step_and_why() -> None:
    text = page()
    assert "6 rows · 4 columns · 1 missing value · 3 groups" in text
    assert lines(text, "clean/") == ["clean/drop_missing 6 → 5 1 → 0 1 missing age"]
    assert "5 rows · 4 columns · 0 missing values · 3 groups" in text


def test_columns_are_shown_with_their_ranges_and_no_cell() -> None:
    text = page()
    assert lines(text, "age") == ["age number 0 4 20 … 60, mean 36"]
    assert lines(text, "note") == ["note text 0 4 1 … 11 characters"]
    assert lines(text, "one") == ["one integer 0 1 1 … 1, mean 1 constant"]
    assert lines(text, "[bold]") == ["[bold] date 0 2 2024-01-01T00:00:00 … 2024-02-01T00:00:00"]
    assert "hello" not in text


def test_classes_and_folds_are_counted() -> None:
    text = page()
    assert lines(text, "q ") == ["q 3 60.0%"]
    assert lines(text, "Split") == ["Split: 1 fold"]
    (fold,) = [line for line in text.splitlines() if line.lstrip().startswith("1 ")]
    assert " ".join(fold.split()) == "1 2 (p 1, q 1) – 2 (p 2, q 0) 0 0" or "(p 1, q 1)" in fold


def test_validation_rows_have_a_column_of_their_own() -> None:
    assert "1 (p 0, q 1)" in page([([0, 1], [2], [3])])


def test_values_have_a_range_and_a_mean_on_each_side() -> None:
    values = Dataset.of(np.zeros((4, 2, 2)), [1.0, 2.0, 3.0, 6.0])
    report = data_report(values, values, [], [Fold.of(([0, 1], [2, 3]))], classifier=False)
    text = shown(report)
    assert "number, 4 different values, 1 … 6, mean 3" in text
    assert "2 (mean 1.5)" in text
    assert "array of 2 x 2 values" in text
    assert "Cleaning" not in text


def test_leaks_come_before_remarks_and_notes() -> None:
    frame = pd.DataFrame({"copy": [0, 1] * 10, "one": 1})
    raw = Dataset.of(frame, [0, 1] * 10).noting("read as it is")
    text = shown(data_report(raw, raw, [], [Fold.of((range(10), range(10, 20)))], classifier=True))
    words = [line.split(":")[0] for line in text.splitlines() if line.startswith(("leak:", "remark:"))]
    assert words == ["leak", "remark", "remark", "remark"]
    assert "remark: the column 'one' has the same value in all rows" in text
    assert text.rstrip().endswith("remark: read as it is")


def test_much_is_counted_and_not_listed() -> None:
    wide = Dataset.of(np.random.default_rng(0).normal(size=(60, 50)), np.arange(60) % 20)
    folds = [Fold.of((range(30), range(30, 60)))] * 20
    text = shown(data_report(wide, wide, [], folds, classifier=True))
    assert "… and 10 more columns" in text
    assert "… and 8 more classes" in text
    assert "… and 8 more folds" in text
    assert "Split: 20 folds" in text
