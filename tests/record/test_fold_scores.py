from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from runner.errors import IntegrityError
from runner.record.fold_scores import FoldScore, of_fold, of_trials, read_scores, scores_table
from runner.record.records import Metrics, StepRecord
from runner.record.sweeps import TrialRecord


def told(scores: list[FoldScore]) -> list[tuple[object, ...]]:
    return [(one.part, one.metric, one.row, one.column, one.value) for one in scores]


def test_scores_of_validation_rows_and_of_test_rows_are_told_apart() -> None:
    assert told(of_fold(1, {"f1": 0.5, "test/f1": 0.4})) == [
        ("validation", "f1", None, None, 0.5),
        ("test", "f1", None, None, 0.4),
    ]
    assert told(of_fold(1, {"f1": 0.5})) == [("test", "f1", None, None, 0.5)]
    assert told(of_fold(1, {"f1": 0.5}, part="validation")) == [("validation", "f1", None, None, 0.5)]


def test_a_matrix_has_a_line_per_cell_named_by_classes() -> None:
    found = told(of_fold(0, {"confusion": [[3, 1], [0, 4]]}, classes=["ham", "spam"], compressor="svd"))
    assert found[1] == ("compressed/svd/test", "confusion", "ham", "spam", 1)
    assert len(found) == 4


def test_numbers_that_are_not_one_per_class_are_named_by_position() -> None:
    assert [one[2] for one in told(of_fold(0, {"bins": [0.1, 0.2, 0.3]}, classes=["ham", "spam"]))] == [0, 1, 2]
    assert [one[2] for one in told(of_fold(0, {"f1": [0.1, 0.2]}, classes=["ham", "spam"]))] == ["ham", "spam"]


def test_a_table_reads_back_equal_whatever_the_classes_are_called(tmp_path: Path) -> None:
    scores = of_fold(0, {"f1": 1 / 3, "each": [0.1, 0.2, None]}, classes=["=1+1", "5", "a,b\nc"])
    path = tmp_path / "scores.csv"
    path.write_text(scores_table(scores), encoding="utf-8")
    assert read_scores(path) == scores
    assert "'=1+1" in path.read_text(encoding="utf-8"), "a spreadsheet must not compute it"


def test_each_seed_of_a_trial_has_its_folds(tmp_path: Path) -> None:
    folds = tuple({"f1": value, "confusion": [[1]]} for value in (0.1, 0.2, 0.3, 0.4))
    trial = TrialRecord(
        number=7, key="k", state="done", attempt=1, started="", seconds=1.0, metrics=Metrics("f1", "maximize", folds),
        steps=[StepRecord("score", 0.1, fold) for fold in (0, 1)],
    )  # fmt: skip
    scores = list(of_trials([trial]))
    assert [(one.trial, one.seed, one.fold, one.value) for one in scores] == [
        (7, 0, 0, 0.1), (7, 0, 1, 0.2), (7, 1, 0, 0.3), (7, 1, 1, 0.4),
    ]  # fmt: skip
    assert {one.part for one in scores} == {"held-out"}
    path = tmp_path / "scores.csv"
    path.write_text(scores_table(scores, of_sweep=True), encoding="utf-8")
    assert read_scores(path) == scores


@pytest.mark.parametrize("text", ["", "fold,metric\n0,f1\n", "fold,part,metric,row,column,value\n0,test\n"])
def test_another_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"scores\.csv' cannot be read as a table of scores"):
        read_scores(path)


def test_every_column_is_a_field() -> None:
    heading = scores_table([], of_sweep=True).strip().split(",")
    assert sorted(heading) == sorted(field.name for field in dataclasses.fields(FoldScore))
