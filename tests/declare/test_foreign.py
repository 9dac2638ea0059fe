"""Sweepers and launchers that are not ours: they choose the trials, or where they run, and the rest stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.record.read_sweep import Sweep
from runner.testing import Project

SWEEP = ("-m", "+experiment=breast_cancer", "model.epochs=3", "splitter.folds=3", "model.l2=1e-4,1e-2")


def test_jobs_chosen_by_another_sweeper_are_one_sweep_batch_by_batch(tmp_path: Path) -> None:
    project = Project(tmp_path)
    outcome = project.run(*SWEEP, "hydra/sweeper=basic", "hydra.sweeper.max_batch_size=1").assert_success()
    (folder,) = tmp_path.glob("outputs/breast_cancer/sweep-*")
    sweep = Sweep.open(folder)
    assert [trial.settings for trial in sweep.trials()] == [{"model.l2": 1e-4}, {"model.l2": 1e-2}]
    assert "resumed: 2 done, 0 to go" in outcome.out
    assert sweep.best is not None


def test_another_launcher_runs_each_job_whole(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    project = Project(tmp_path)
    project.run(*SWEEP, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2").assert_success()
    runs = [path for path in tmp_path.glob("outputs/breast_cancer/*") if (path / "manifest.json").is_file()]
    assert len(runs) == 2
