"""Scores that others have published, met by experiments that are only declared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

import runner
from runner.record.predictions import read_predictions
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.testing import Project

WINE = Path(__file__).parents[2] / "shared/data/wine-quality/winequality-red.csv"
WINE_COLUMNS = [
    "fixed acidity",
    "volatile acidity",
    "citric acid",
    "residual sugar",
    "chlorides",
    "free sulfur dioxide",
    "total sulfur dioxide",
    "density",
    "pH",
    "sulphates",
    "alcohol",
    "quality",
]


def test_a_linear_svm_meets_the_published_folds_of_iris(tmp_path: Path) -> None:
    """The tutorial on cross-validation of scikit-learn: `cross_val_score(SVC(kernel="linear", C=1), X, y, cv=5)`."""
    outcome = runner.run(
        {
            "source": {"use": "sklearn_dataset", "name": "iris"},
            "splitter": {"use": "stratified_kfold", "folds": 5, "shuffle": False},
            "model": {"use": "SVC", "kernel": "linear", "C": 1},
            "metrics": ["accuracy"],
            "exporters": [],
        },
        outputs=tmp_path,
    )
    scores = [fold["accuracy"] for fold in outcome.metrics.folds]
    assert [round(float(str(score)), 3) for score in scores] == [0.967, 1.0, 0.967, 0.967, 1.0]


def test_a_linear_svm_chosen_on_folds_meets_the_published_judgement_of_iris(tmp_path: Path) -> None:
    """The example of SKLL: a grid search on what `train_test_split(test_size=.33, random_state=42)` leaves."""
    project = Project(tmp_path)
    out = project.run("-m", "+experiment=iris_svc").assert_success().out
    assert "best: trial 4, run whole in" in out
    assert "on test rows, by which no trial was chosen: accuracy 0.98" in out
    (folder,) = (tmp_path / "outputs/iris_svc").glob("sweep-*")
    sweep = Sweep.open(folder)
    best = max(trial.score or 0.0 for trial in sweep.trials())
    assert round(best, 4) == 0.9495
    assert sweep.best is not None
    total = Run.open(sweep.best).scores.total
    assert total["test/accuracy"].mean == 0.98
    assert total["test/confusion_matrix"].mean == [[19, 0, 0], [0, 15, 0], [0, 1, 15]]
    kept = read_predictions(sweep.best / "predictions.csv")[-1]
    assert kept.row_ids.tolist() == train_test_split(np.arange(150), test_size=0.33, random_state=42)[1].tolist()


@pytest.mark.skipif(not WINE.is_file(), reason="the wine quality data are not here")
def test_an_elastic_net_meets_the_published_scores_of_red_wine(tmp_path: Path) -> None:
    """The first example of MLflow; its split is drawn by `train_test_split` after `np.random.seed(40)`."""
    rows = np.arange(1599)
    train, _ = train_test_split(rows, random_state=40)
    parts = np.where(np.isin(rows, train), "train", "test")
    lines = [f"{row},{part}" for row, part in zip(rows, parts, strict=True)]
    split = tmp_path / "split.csv"
    split.write_text("\n".join(["row_id,part", *lines]) + "\n", encoding="utf-8")
    outcome = runner.run(
        {
            "source": {
                "use": "csv",
                "path": str(WINE),
                "header": False,
                "columns": WINE_COLUMNS,
                "target": "quality",
            },
            "splitter": {"use": "by_file", "file": str(split)},
            "model": {"use": "ElasticNet", "alpha": 0.5, "l1_ratio": 0.5, "random_state": 42},
            "metrics": ["rmse", "mae", "r2"],
            "exporters": [],
        },
        outputs=tmp_path / "outputs",
    )
    assert outcome.metrics.total["rmse"].mean == pytest.approx(0.7931640229276851, abs=1e-9)
    assert outcome.metrics.total["mae"].mean == pytest.approx(0.6271946374319586, abs=1e-9)
    assert outcome.metrics.total["r2"].mean == pytest.approx(0.10862644997792614, abs=1e-9)
