"""Cross-validation as an axis: any splitter of several folds, repeated, nested, and chosen in a sweep."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import runner
from runner.errors import DataError
from runner.testing import make_catalogue

EXPERIMENT: dict[str, Any] = {
    "name": "iris",
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_kfold", "folds": 3},
    "transforms": ["standard_scale"],
    "model": {"use": "LinearSVC", "C": 1.0},
    "metrics": ["accuracy", "confusion_matrix"],
    "exporters": [],
    "intervals": {"resamples": 0},
}
#: Every splitter of several folds that needs neither groups, times nor files: how often it tests each row.
SPLITTERS = {
    "kfold": ({"folds": 4}, {1}),
    "stratified_kfold": ({"folds": 3, "repeats": 2}, {2}),
    "RepeatedKFold": ({"n_splits": 3, "n_repeats": 2}, {2}),
    "RepeatedStratifiedKFold": ({"n_splits": 3, "n_repeats": 2}, {2}),
    "StratifiedShuffleSplit": ({"n_splits": 3, "test_size": 0.2}, {1, 2, 3}),
}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", SPLITTERS)
def test_any_splitter_of_several_folds_keeps_the_prediction_and_the_scores_of_each(name: str, tmp_path: Path) -> None:
    options, times = SPLITTERS[name]
    outcome = runner.run({**EXPERIMENT, "splitter": {"use": name, **options}}, outputs=tmp_path)
    predicted = table(outcome.path / "predictions.csv")
    tested = Counter(row["row_id"] for row in predicted)
    assert set(tested.values()) <= times
    assert times != {1} or len(tested) == 150
    folds = json.loads((outcome.path / "metrics.json").read_text())["folds"]
    assert len(folds) > 2
    scores = [row for row in table(outcome.path / "scores.csv") if row["metric"] == "accuracy"]
    assert [float(row["value"]) for row in scores] == [fold["accuracy"] for fold in folds]
    for fold, told in enumerate(folds):
        rows = [row for row in predicted if row["fold"] == str(fold)]
        right = sum(row["truth"] == row["predicted"] for row in rows)
        assert told["accuracy"] == pytest.approx(right / len(rows))


def test_a_fold_without_a_score_is_an_error_and_never_averaged_away(tmp_path: Path) -> None:
    class Odd:
        direction, needs, task = "maximize", "labels", "classification"

        def score(self, truth: Any, prediction: Any) -> float:
            return float("nan") if truth[0] == "virginica" else 0.5

    declared = {**EXPERIMENT, "splitter": {"use": "kfold", "folds": 3, "shuffle": False}, "metrics": ["odd"]}
    with pytest.raises(DataError, match=r"fold 3.*nan|nan.*fold 3"):
        runner.run(declared, outputs=tmp_path, catalogue=make_catalogue({"metric": {"odd": Odd}}))


def test_a_nested_cross_validation_chooses_in_each_fold_and_says_what(tmp_path: Path) -> None:
    model = {"use": "searched", "model": {"use": "LinearSVC"}, "grid": {"C": [0.01, 1.0, 100.0]}, "folds": 3}
    outcome = runner.run({**EXPERIMENT, "model": model}, outputs=tmp_path)
    steps = [json.loads(line) for line in (outcome.path / "steps.jsonl").read_text().splitlines()]
    chosen = {step["fold"]: step["note"] for step in steps if step["step"] == "train/searched"}
    assert set(chosen) == {0, 1, 2, None}, "in each fold, and once more on all rows"
    assert all(note.startswith("chose C ") for note in chosen.values())
    assert outcome.metrics.total["accuracy"].n == 3


def test_splitters_are_an_axis_of_a_sweep(tmp_path: Path) -> None:
    grid = {"splitter": ["kfold", "stratified_kfold", "RepeatedKFold"], "model.C": [0.1, 1.0]}
    declared = {**EXPERIMENT, "splitter": "kfold", "sweep": {"grid": grid, "ship": "none"}}
    outcome = runner.sweep(declared, outputs=tmp_path, catalogue=make_catalogue())
    assert [trial.state for trial in outcome.trials] == ["done"] * 6
    assert outcome.path is not None
    rows = [row for row in table(outcome.path / "scores.csv") if row["metric"] == "accuracy"]
    assert Counter(row["trial"] for row in rows) == {"0": 5, "1": 5, "2": 5, "3": 5, "4": 50, "5": 50}
