"""What earlier runs took is found in their records; without any there is nothing to estimate by."""

from __future__ import annotations

from pathlib import Path

import runner
from runner.trials.timings import timings

EXPERIMENT = {
    "name": "timed",
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "stratified_holdout",
    "model": "GaussianNB",
    "metrics": ["accuracy"],
}


def test_without_earlier_runs_nothing_is_known(tmp_path: Path) -> None:
    assert timings(tmp_path / "timed") == {}


def test_stages_of_runs_and_of_trials_are_averaged(tmp_path: Path) -> None:
    run = runner.run(EXPERIMENT, outputs=tmp_path)
    of_run = {step.step: step.seconds for step in run.steps}
    found = timings(tmp_path / "timed")
    assert found["load"] == found["load/sklearn_dataset"] == of_run["load/sklearn_dataset"]
    assert found["train"] == of_run["train/GaussianNB"]
    sweep = {**EXPERIMENT, "sweep": {"grid": {"model.var_smoothing": [1e-9, 1e-8]}, "ship": "none"}}
    runner.sweep(sweep, outputs=tmp_path)
    assert timings(tmp_path / "timed")["train"] != found["train"]


def test_a_damaged_run_costs_the_estimate_and_nothing_else(tmp_path: Path) -> None:
    run = runner.run(EXPERIMENT, outputs=tmp_path)
    (run.path / "manifest.json").write_text("{")
    assert timings(tmp_path / "timed") == {}
