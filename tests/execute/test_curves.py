from __future__ import annotations

import csv
import json
from pathlib import Path

from runner import run

EXPERIMENT = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_kfold", "folds": 2},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 5},
    "optimizer": {"use": "sgd", "learning_rate": "auto"},
    "scheduler": {"use": "cosine"},
    "metrics": ["accuracy"],
}


def test_curves_figures_and_the_choice_of_the_rate_are_kept_for_every_training(tmp_path: Path) -> None:
    path = run(EXPERIMENT, outputs=tmp_path).path
    rows = list(csv.DictReader((path / "curves.csv").read_text().splitlines()))
    assert [row["training"] for row in rows] == ["fold 1"] * 5 + ["fold 2"] * 5 + ["refit"] * 5
    rates = [float(row["learning_rate"]) for row in rows[:5]]
    assert rates == sorted(rates, reverse=True)
    tests = json.loads((path / "range_test.json").read_text())
    assert set(tests) - {"non_finite"} == {"fold 1", "fold 2", "refit"}
    assert len(tests["refit"]["learning_rates"]) == len(tests["refit"]["losses"])
    for name in ("loss", "learning_rate", "range_test"):
        assert (path / "figures" / f"{name}.svg").read_text().startswith("<svg")
    assert "chosen by a range test" in (path / "steps.jsonl").read_text()


def test_a_model_without_curves_leaves_no_figures(tmp_path: Path) -> None:
    plain = {**EXPERIMENT, "model": "LogisticRegression", "optimizer": "none", "scheduler": "none"}
    path = run(plain, outputs=tmp_path).path
    assert (path / "curves.csv").read_text() == "training,epoch\n"
    assert not (path / "figures").exists()
    assert not (path / "range_test.json").exists()
