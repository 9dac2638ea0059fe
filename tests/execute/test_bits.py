from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runner import run

EXPERIMENT = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_kfold", "folds": 2},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 2},
    "optimizer": {"use": "sgd", "learning_rate": 0.1},
    "metrics": ["accuracy"],
}


def bits(folder: Path, **changes: Any) -> dict[str, Any]:
    path = run({**EXPERIMENT, **changes}, outputs=folder).path
    return dict(json.loads((path / "bits.json").read_text()))


def test_every_training_has_its_digests_and_two_runs_have_the_same(tmp_path: Path) -> None:
    told = bits(tmp_path)
    assert [set(fold) for fold in told["folds"]] == [{"transforms", "model", "prediction"}] * 2
    assert set(told["refit"]) == {"transforms", "model"}
    assert len({told["shipped"], told["refit"]["model"], *(fold["model"] for fold in told["folds"])}) == 4
    assert bits(tmp_path) == told


def test_another_seed_leads_to_another_model(tmp_path: Path) -> None:
    assert bits(tmp_path, seed=1)["shipped"] != bits(tmp_path)["shipped"]
