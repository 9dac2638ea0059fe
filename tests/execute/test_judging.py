"""Rows that no trial is chosen by, met once by what is shipped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import runner
from runner.errors import PluginError
from runner.record.predictions import read_predictions
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.testing import make_catalogue
from runner_builtin.splitters.judged_folds import JudgedFolds

SEEN: list[int] = []
SUMS: list[float] = []


class Watching(LogisticRegression):  # type: ignore[misc]
    """Notes how many rows it learns from and what they add up to, and how many it is asked about."""

    def __init__(self, *, C: float = 1.0) -> None:
        super().__init__(C=C)

    def fit(self, X: Any, y: Any) -> Watching:
        SEEN.append(len(X))
        SUMS.append(float(np.asarray(X).sum()))
        super().fit(X, y)
        return self

    def predict(self, X: Any) -> Any:
        SEEN.append(-len(X))
        return super().predict(X)


@dataclass(frozen=True)
class Leaky(JudgedFolds):
    """Keeps rows that its folds have, too."""

    def final_split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        return np.arange(100), np.arange(100, 150)

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        yield np.arange(0, 90), np.arange(90, 110)


def declared(**more: Any) -> dict[str, Any]:
    return {
        "name": "judged",
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": {"use": "judged_folds", "test_size": 0.2, "folds": 3, "stratify": "folds"},
        "model": "LogisticRegression",
        "metrics": ["accuracy", "confusion_matrix"],
        "exporters": ["skops"],
        **more,
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run.open(runner.run(declared(), outputs=tmp_path_factory.mktemp("judged")).path)


def test_the_shipped_model_learned_from_all_rows_but_those_it_is_judged_by(run: Run) -> None:
    trained = [step.rows_in for step in run.steps if step.step == "train/LogisticRegression"]
    assert trained == [80, 80, 80, 120]
    judged = [step.rows_in for step in run.steps if step.step == "score"]
    assert judged == [40, 40, 40, 30]


def test_the_judgement_stands_beside_the_scores_of_the_folds_and_is_not_averaged_with_them(run: Run) -> None:
    total = run.scores.total
    assert (total["accuracy"].n, total["test/accuracy"].n) == (3, 1)
    assert len(run.scores.folds) == 3
    assert total["accuracy"].mean == pytest.approx(np.mean([fold["accuracy"] for fold in run.scores.folds]))
    assert np.sum(total["test/confusion_matrix"].mean) == 30
    assert set(run.scores.intervals) == {"accuracy", "test/accuracy"}


def test_predictions_and_scores_say_which_rows_were_for_choosing(run: Run) -> None:
    parts = read_predictions(run.path / "predictions.csv")
    assert [(part.fold, part.part, len(part.truth)) for part in parts] == [
        (0, "validation", 40), (1, "validation", 40), (2, "validation", 40), (3, "test", 30),
    ]  # fmt: skip
    ids = np.concatenate([part.row_ids for part in parts])
    assert sorted(ids.tolist()) == list(range(150))
    assert parts[3].prediction.labels.tolist() == list(
        runner.load(run.path).predict(runner_rows(parts[3].row_ids))
    ), "the model that is shipped is the one that was judged"
    found = [(one.fold, one.part) for one in run.fold_scores if one.metric == "accuracy"]
    assert found == [(0, "validation"), (1, "validation"), (2, "validation"), (3, "test")]


def runner_rows(ids: Any) -> Any:
    from sklearn.datasets import load_iris

    return load_iris(as_frame=True).data.iloc[ids]


def test_bits_and_the_report_on_the_data_know_of_the_last_fold(run: Run) -> None:
    bits = json.loads((run.path / "bits.json").read_text())
    assert len(bits["folds"]) == 3
    assert set(bits["final"]) == {"transforms", "model", "prediction"}
    assert bits["refit"] is None
    report = json.loads((run.path / "reports/data.json").read_text())
    assert [fold["train"]["rows"] for fold in report["folds"]] == [80, 80, 80, 120]
    assert report["folds"][3]["test"]["rows"] == 30


def test_a_refit_on_all_rows_is_shipped_where_it_is_asked_for(tmp_path: Path) -> None:
    outcome = runner.run(declared(refit="always"), outputs=tmp_path)
    trained = [step.rows_in for step in outcome.steps if step.step == "train/LogisticRegression"]
    assert trained == [80, 80, 80, 120, 150]


def test_compressed_pipelines_are_judged_as_well(tmp_path: Path) -> None:
    more = {"model": {"use": "softmax", "epochs": 30}, "optimizer": "adam"}
    outcome = runner.run(declared(**more, compressors=[{"use": "truncated_svd", "rank": 1}]), outputs=tmp_path)
    compressed = outcome.metrics.compressed["truncated_svd"]
    assert (compressed["accuracy"].n, compressed["test/accuracy"].n) == (3, 1)
    scores = Run.open(outcome.path).fold_scores
    again = [one for one in scores if one.part.startswith("compressed/") and one.metric == "accuracy"]
    assert [(one.fold, one.part.rpartition("/")[2]) for one in again] == [
        (0, "validation"), (1, "validation"), (2, "validation"), (3, "test"),
    ]  # fmt: skip


def test_no_trial_of_a_sweep_sees_the_rows_that_the_winner_is_judged_by(tmp_path: Path) -> None:
    SEEN.clear()
    catalogue = make_catalogue({"model": {"watching": Watching}})
    sweep = {"grid": {"model.C": [0.01, 1.0]}}
    outcome = runner.sweep(
        declared(model="watching", sweep=sweep, exporters=[]), outputs=tmp_path, catalogue=catalogue
    )
    trials, winner = SEEN[: 2 * 3 * 2], SEEN[2 * 3 * 2 :]
    assert trials == [80, -40] * 6
    assert winner == [80, -40] * 3 + [120, -30]
    assert outcome.path is not None
    trial = Sweep.open(outcome.path).trial(0)
    assert set(trial.metrics.total) == {"accuracy", "confusion_matrix"}
    assert outcome.run is not None
    assert Run.open(outcome.run).scores.total["test/accuracy"].n == 1


def test_every_repetition_keeps_the_same_rows(tmp_path: Path) -> None:
    SUMS.clear()
    catalogue = make_catalogue({"model": {"watching": Watching}})
    more = {"sweep": {"grid": {"model.C": [1.0]}, "ship": "none"}, "repeat": {"seeds": 3, "race": False}}
    runner.sweep(declared(model="watching", **more), outputs=tmp_path, catalogue=catalogue)
    # each row that is not kept is learned from in two of the three folds
    repetitions = [sum(SUMS[first : first + 3]) for first in (0, 3, 6)]
    assert len(SUMS) == 9
    assert repetitions == pytest.approx([repetitions[0]] * 3)
    assert len({round(each, 6) for each in SUMS}) > 3, "the folds themselves are drawn anew"


def test_a_splitter_that_keeps_rows_which_its_folds_have_too_breaks_its_contract(tmp_path: Path) -> None:
    catalogue = make_catalogue({"splitter": {"leaky": Leaky}})
    with pytest.raises(PluginError, match=r"final_split\(\) keeps rows that a fold or the last training has, too"):
        runner.run(declared(splitter="leaky"), outputs=tmp_path, catalogue=catalogue)
