"""Sweeps from Python, with files and with objects of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.errors import ConfigError

EXPERIMENT: dict[str, Any] = {
    "name": "wine",
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": {"use": "stratified_kfold", "folds": 3},
    "transforms": ["standard_scale"],
    "model": "softmax",
    "optimizer": "adam",
    "metrics": ["accuracy"],
    "sweep": {"grid": {"model.l2": [1e-4, 1e-2], "optimizer.learning_rate": "0.01,0.1"}, "ship": "none"},
}


def test_a_sweep_from_python_has_the_scores_of_single_runs(tmp_path: Path) -> None:
    outcome = runner.sweep(EXPERIMENT, outputs=tmp_path)
    assert len(outcome.trials) == 4
    trial = outcome.trials[1]
    alone = {key: value for key, value in EXPERIMENT.items() if key != "sweep"} | {
        "model": {"use": "softmax", "l2": trial.settings["model.l2"]},
        "optimizer": {"use": "adam", "learning_rate": trial.settings["optimizer.learning_rate"]},
    }
    run = runner.run(alone, outputs=tmp_path)
    assert trial.score == pytest.approx(run.metrics.total["accuracy"].mean, abs=0.02)


def test_objects_are_carried_out_here_and_known_by_their_content(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(90, 3)), columns=list("abc"))
    target = (frame["a"] > 0).to_numpy().astype(int)
    experiment = {**EXPERIMENT, "source": {"use": "in_memory", "features": frame, "target": target}}
    first = runner.sweep(experiment, outputs=tmp_path)
    assert [trial.state for trial in first.trials] == ["done"] * 4
    other = {**experiment, "source": {"use": "in_memory", "features": frame + 1, "target": target}}
    assert runner.sweep(other, outputs=tmp_path).path != first.path
    limited = {**experiment, "sweep": {**EXPERIMENT["sweep"], "trial_time": 5}}
    with pytest.raises(ConfigError, match="worker processes"):
        runner.sweep({**limited, "name": "limited"}, outputs=tmp_path)


def test_what_is_told_of_the_winner_makes_no_other_sweep(tmp_path: Path) -> None:
    first = runner.sweep(EXPERIMENT, outputs=tmp_path)
    again = runner.sweep({**EXPERIMENT, "interpret": {"worst": 3}}, outputs=tmp_path)
    assert again.path == first.path


def test_a_wrong_section_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="grids"):
        runner.sweep({**EXPERIMENT, "sweep": {"grids": {}}}, outputs=tmp_path)
