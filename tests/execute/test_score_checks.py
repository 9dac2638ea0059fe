"""Scores that are no numbers are errors where they are made: in a run, in a sweep, trained alone and together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.data import Prediction
from runner.errors import ConfigError, DataError, PluginError
from runner.execute.components import Called
from runner.execute.score_checks import checked_score
from runner.plan.experiment import resolve
from runner.record.predictions import read_predictions
from runner.record.read import Run
from runner.testing import make_catalogue


@dataclass(frozen=True)
class Gives:
    """A metric that gives whatever it is told, on rows of one class."""

    what: str = "nan"
    ranks: bool = True

    needs = "labels"
    task = "classification"

    @property
    def direction(self) -> Any:
        return "maximize" if self.ranks else None

    def score(self, truth: Any, prediction: Prediction) -> Any:
        if len(np.unique(truth)) > 1 and self.what != "always":
            return 0.5 if self.ranks else [[0.5]]
        return {"nan": float("nan"), "inside": [[1.0, float("inf")]], "always": float("nan")}[self.what]


@dataclass(frozen=True)
class GivesOfValues(Gives):
    """The same, of a regression."""

    needs = "values"
    task = "regression"


def called(*, ranks: bool) -> Called:
    catalogue = make_catalogue({"metric": {"gives": Gives}})
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "kfold",
        "model": "LogisticRegression",
        "metrics": [{"use": "gives", "ranks": ranks}],
        "executor": "inline",
    }
    return Called(resolve(declared, catalogue).many("metrics")[0], Gives(ranks=ranks))


@pytest.mark.fault("F25", "F81")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (float("nan"), r"is nan on these 20 rows; such a score cannot be averaged"),
        (np.float32("inf"), r"is inf on these 20 rows"),
        ([0.5, float("nan")], r"is nan at \[1\] on these 20 rows"),
        ([[0.5], [float("-inf")]], r"is -inf at \[1\]\[0\] on these 20 rows"),
    ],
    ids=repr,
)
def test_a_number_that_is_not_finite_is_an_error_wherever_it_stands(given: Any, told: str) -> None:
    with pytest.raises(DataError, match=told):
        checked_score(called(ranks=not isinstance(given, list)), given, 20)


@pytest.mark.parametrize(
    ("given", "ranks", "told"),
    [
        (None, True, r"gave NoneType 'None'; a number is due"),
        ("0.9", True, r"gave str '0\.9'; a number is due"),
        (True, True, r"gave bool 'True'; a number is due"),
        ([0.5], True, r"gave list .* a number is due"),
        ({"ham": float("nan")}, False, r"gave dict .* a number or nested lists of numbers is due"),
        ([0.5, None], False, r"gave None at \[1\], where a number is due"),
        ([{"a": 1.0}], False, r"gave \{'a': 1\.0\} at \[0\]"),
    ],
    ids=repr,
)
def test_what_is_no_number_breaks_the_contract(given: Any, ranks: bool, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        checked_score(called(ranks=ranks), given, 20)


def test_numbers_of_numpy_become_pythons_own() -> None:
    assert type(checked_score(called(ranks=True), np.float32(0.5), 20)) is float
    (count,) = checked_score(called(ranks=False), [np.int64(3)], 20)  # type: ignore[misc]
    assert type(count) is int


# --- in a run ----------------------------------------------------------------------------------------------

FRAME = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) % 7})
#: In folds that are not shuffled, the last has rows of one class, and the class of two rows is in the first alone.
TARGET = np.array(["rare"] * 2 + ["ham"] * 14 + ["spam"] * 24)


def declared(**more: Any) -> dict[str, Any]:
    return {
        "name": "scored",
        "source": {"use": "in_memory", "features": FRAME, "target": TARGET},
        "splitter": {"use": "kfold", "folds": 4, "shuffle": False},
        "model": {"use": "softmax", "epochs": 2},
        "optimizer": "sgd",
        "metrics": [{"use": "gives"}],
        "exporters": [],
        **more,
    }


def catalogue() -> Any:
    return make_catalogue({"metric": {"gives": Gives, "of_values": GivesOfValues}})


@pytest.mark.fault("F25", "F81")
@pytest.mark.parametrize("metric", [{"what": "nan"}, {"what": "inside", "ranks": False}], ids=["number", "list"])
def test_a_fold_without_a_score_is_named_with_its_classes_and_the_largest_number_of_folds(
    tmp_path: Path, metric: dict[str, Any]
) -> None:
    with pytest.raises(DataError) as caught:
        runner.run(declared(metrics=[{"use": "gives", **metric}]), outputs=tmp_path, catalogue=catalogue())
    message = str(caught.value)
    assert "This was fold 3, with 10 held-out rows ('spam': 10)" in message
    assert "'rare': 2, 'ham': 14, 'spam': 24 in all" in message
    assert "A stratified splitter (of at most 2 folds) keeps every class in each part." in message


@pytest.mark.fault("F81")
def test_a_metric_that_lacks_a_class_tells_of_the_fold(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"that no training row had .*This was fold 1, with 10 held-out rows"):
        runner.run(declared(metrics=["roc_auc"]), outputs=tmp_path)


def test_a_model_of_numbers_has_no_classes_to_tell_of(tmp_path: Path) -> None:
    values = np.concatenate([np.arange(30.0), np.full(10, 5.0)])
    more = {
        "source": {"use": "in_memory", "features": FRAME, "target": values},
        "model": "LinearRegression",
        "optimizer": "none",
        "metrics": ["of_values"],
    }
    with pytest.raises(DataError, match=r"This was fold 4, with 10 held-out rows\.$"):
        runner.run(declared(**more), outputs=tmp_path, catalogue=catalogue())


@pytest.mark.fault("F25", "F81")
@pytest.mark.parametrize("models", [[1e-4, 1e-3], [1e-4]], ids=["together", "alone"])
def test_in_a_sweep_the_trial_fails_and_no_fold_is_left_out_of_its_mean(tmp_path: Path, models: list[float]) -> None:
    sweep = {"grid": {"model.l2": models}, "ship": "none"}
    outcome = runner.sweep(declared(sweep=sweep), outputs=tmp_path, catalogue=catalogue())
    assert [(trial.state, trial.score, trial.kind) for trial in outcome.trials] == [("failed", None, "data")] * len(
        models
    )
    assert outcome.best is None


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run of two folds, repeated twice, and compressed."""
    return runner.run(
        {
            "source": {"use": "sklearn_dataset", "name": "iris"},
            "splitter": {"use": "stratified_kfold", "folds": 2, "repeats": 2},
            "transforms": ["standard_scale"],
            "model": {"use": "softmax", "epochs": 3},
            "optimizer": "sgd",
            "metrics": ["accuracy", "confusion_matrix"],
            "compressors": [{"use": "truncated_svd", "rank": 1}],
            "exporters": [],
        },
        outputs=tmp_path_factory.mktemp("repeated"),
    )


def test_every_row_is_predicted_once_in_each_repetition(repeated: Any) -> None:
    parts = read_predictions(repeated.path / "predictions.csv")
    assert [part.fold for part in parts] == [0, 1, 2, 3]
    for first in (0, 2):
        rows = np.concatenate([parts[first].row_ids, parts[first + 1].row_ids])
        assert sorted(rows.tolist()) == list(range(150))
    assert set(parts[0].row_ids.tolist()) != set(parts[2].row_ids.tolist())


def test_the_table_of_scores_has_each_number_of_metrics_json(repeated: Any) -> None:
    run = Run.open(repeated.path)
    scores = run.fold_scores
    plain = [one for one in scores if one.metric == "accuracy" and one.part == "test"]
    assert [one.value for one in plain] == [fold["accuracy"] for fold in run.scores.folds]
    again = [one.value for one in scores if one.metric == "accuracy" and one.part == "compressed/truncated_svd/test"]
    assert np.mean(again) == pytest.approx(run.scores.compressed["truncated_svd"]["accuracy"].mean)
    cells = [one for one in scores if one.metric == "confusion_matrix" and one.part == "test" and one.fold == 0]
    assert [(one.row, one.column) for one in cells[:2]] == [("setosa", "setosa"), ("setosa", "versicolor")]
    assert sum(one.value or 0 for one in cells) == 75


def test_a_metric_without_a_direction_ranks_nothing(tmp_path: Path) -> None:
    sweep = {"grid": {"model.l2": [1e-4]}, "metric": "gives"}
    metrics = [{"use": "gives", "ranks": False}]
    with pytest.raises(ConfigError, match="ranks nothing"):
        runner.sweep(declared(metrics=metrics, sweep=sweep), outputs=tmp_path, catalogue=catalogue())
