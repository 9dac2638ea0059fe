from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset, Prediction
from runner.errors import DataError
from runner.execute.interpreting.asking import LeftOutError
from runner.execute.interpreting.subgroups import pooled, subgroups
from runner.plan.intervals import Intervals
from runner.record.predictions import HeldOut

ONCE = Intervals(200, 0.95)


@dataclass(frozen=True)
class Right:
    direction: Any = "maximize"
    picky: bool = False

    needs = "labels"
    task = "classification"

    def score(self, truth: Any, prediction: Prediction) -> float:
        if self.picky and len(np.unique(truth)) < 2:
            raise DataError("one class")
        return float(np.mean(truth == prediction.labels))

    def resampled(self, truth: Any, prediction: Prediction, counts: Any) -> Any:
        return counts @ (truth == prediction.labels) / counts.sum(axis=1)


def data(**columns: Any) -> Dataset:
    frame = pd.DataFrame(columns)
    return Dataset.of(frame, np.arange(len(frame)) % 2)


def said(rows: Dataset, wrong: Any, fold: int = 0) -> HeldOut:
    truth = np.asarray(rows.target)
    labels = np.where(wrong, 1 - truth, truth)
    return HeldOut(fold, "test", rows.row_ids, truth, Prediction(labels, np.array([0, 1])))


def test_each_group_has_its_rows_and_scores_with_intervals(called: Any) -> None:
    rows = data(sex=["f", "m"] * 50)
    wrong = (np.arange(100) % 2 == 1) & (np.arange(100) < 50)
    told = subgroups("sex", rows, [said(rows, wrong)], [called("metrics", Right())], ONCE, 0)
    assert told["column"] == "sex"
    women, men = told["groups"]
    assert (women["value"], women["rows"], women["scores"]["accuracy"]["value"]) == ("f", 50, 1.0)
    assert (men["value"], men["rows"], men["scores"]["accuracy"]["value"]) == ("m", 50, 0.5)
    assert 0.3 < men["scores"]["accuracy"]["low"] < 0.5 < men["scores"]["accuracy"]["high"] < 0.7


def test_rows_are_found_by_their_ids_in_whatever_order_they_were_held_out(called: Any) -> None:
    rows = data(g=["a"] * 10 + ["b"] * 10)
    turned = rows.take(np.arange(20)[::-1])
    told = subgroups("g", rows, [said(turned, turned.row_ids < 10)], [called("metrics", Right())], ONCE, 0)
    assert [group["scores"]["accuracy"]["value"] for group in told["groups"]] == [0.0, 1.0]


def test_groups_of_few_rows_go_together_and_missing_values_are_a_group(called: Any) -> None:
    rows = data(g=["a"] * 10 + ["b"] * 3 + ["c"] * 2 + [None] * 6 + ["d"] * 4)
    told = subgroups("g", rows, [said(rows, np.zeros(25, bool))], [called("metrics", Right())], ONCE, 0)
    assert [(group["value"], group["rows"]) for group in told["groups"]] == [
        ("a", 10),
        ("(others)", 9),
        ("(missing)", 6),
    ]


def test_a_group_too_small_has_no_score_and_no_metric_is_forced_to_score(called: Any) -> None:
    rows = data(g=["a"] * 10 + ["b"] * 2)
    metrics = [called("metrics", Right())]
    told = subgroups("g", rows, [said(rows, np.zeros(12, bool))], metrics, ONCE, 0)
    assert told["groups"][1] == {"value": "(others)", "rows": 2, "scores": {}}
    alike = Dataset.of(rows.features, np.zeros(12, int))
    for metric in (Right(picky=True), Right(direction=None)):
        told = subgroups("g", alike, [said(alike, np.zeros(12, bool))], [called("metrics", metric)], ONCE, 0)
        assert told["groups"][0]["scores"] == {}


def test_numbers_of_many_values_are_parted_at_their_quartiles_and_few_are_not(called: Any) -> None:
    rows = data(age=np.arange(100.0), stars=np.arange(100) % 3)
    part = [said(rows, np.zeros(100, bool))]
    ages = subgroups("age", rows, part, [called("metrics", Right())], ONCE, 0)["groups"]
    assert [group["value"] for group in ages] == ["0 to 24.75", "24.75 to 49.5", "49.5 to 74.25", "74.25 to 99"]
    assert [group["rows"] for group in ages] == [25, 25, 25, 25]
    stars = subgroups("stars", rows, part, [called("metrics", Right())], ONCE, 0)["groups"]
    assert [(group["value"], group["rows"]) for group in stars] == [("0", 34), ("1", 33), ("2", 33)]


def test_a_row_that_is_held_out_often_counts_once() -> None:
    rows = data(g=["a"] * 6)
    again = pooled([said(rows, np.zeros(6, bool)), said(rows, np.ones(6, bool), fold=1)])
    assert again.row_ids.tolist() == list(range(6))
    assert (again.truth == again.prediction.labels).all()


def test_what_has_no_groups_is_left_out_with_the_reason(called: Any) -> None:
    rows = data(sex=["f"] * 6)
    part = said(rows, np.zeros(6, bool))
    with pytest.raises(LeftOutError, match=r"no column 'sx'\. Did you mean 'sex'"):
        subgroups("sx", rows, [part], [], ONCE, 0)
    with pytest.raises(LeftOutError, match="an array and have no column 'sex'"):
        subgroups("sex", Dataset.of(np.zeros((6, 2))), [part], [], ONCE, 0)
    other = HeldOut(1, "test", part.row_ids, part.truth, Prediction(part.prediction.labels, np.array([0, 1, 2])))
    with pytest.raises(LeftOutError, match="know different classes"):
        pooled([part, other])
