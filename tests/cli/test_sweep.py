"""Sweeps by the command: what is printed, what is on disk, and what a second command makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.record.read_sweep import Sweep
from runner.testing import Project

EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: sklearn_dataset
  - override /splitter: stratified_kfold
  - override /transforms: [standard_scale]
  - override /model: softmax
  - override /optimizer: momentum
  - override /metrics: [accuracy]
source: {name: iris}
splitter: {folds: 3}
model: {epochs: 4}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, {"conf/experiment/irises.yaml": EXPERIMENT})


def sweep_of(project: Project) -> Sweep:
    (folder,) = project.folder.glob("outputs/irises/sweep-*")
    return Sweep.open(folder)


SWEEP = ("-m", "+experiment=irises", "model.l2=1e-4,1e-2", "optimizer.learning_rate=0.05,0.1")


def test_a_sweep_is_planned_carried_out_and_its_winner_shipped(project: Project) -> None:
    outcome = project.run(*SWEEP).assert_success()
    assert "4 trials · 1 load, 1 split, 3 standard_scale fits, 3 fused trainings (4 each)" in outcome.out
    sweep = sweep_of(project)
    trials = sweep.trials()
    assert [trial.state for trial in trials] == ["done"] * 4
    assert all(len(sweep.trial(trial.number).metrics.folds) == 3 for trial in trials)
    best = max(trial.score for trial in trials if trial.score is not None)
    assert sweep.best is not None
    assert (sweep.best / "artifacts/skops/model.skops").is_file()
    winner = next(trial for trial in trials if trial.score == best)
    assert f"best: trial {winner.number}, run whole in" in outcome.out
    assert (sweep.path / "results.csv").read_text().count("\n") == 5


def test_the_same_command_finds_nothing_to_do_and_more_values_are_more_trials(project: Project) -> None:
    project.run(*SWEEP).assert_success()
    before = {trial.number: trial for trial in sweep_of(project).trials()}
    assert "resumed: 4 done, 0 to go" in project.run(*SWEEP).assert_success().out
    more = project.run(*SWEEP[:-1], "optimizer.learning_rate=0.05,0.1,0.2").assert_success()
    assert "resumed: 4 done, 2 to go" in more.out
    after = {trial.number: trial for trial in sweep_of(project).trials()}
    assert sorted(after) == list(range(6))
    assert {number: after[number] for number in before} == before


def test_resume_goes_on_by_the_folder_and_takes_more_values(project: Project) -> None:
    project.run(*SWEEP).assert_success()
    folder = str(sweep_of(project).path.relative_to(project.folder))
    outcome = project.run("resume", folder, "model.l2=1e-4,1e-2,1").assert_success()
    assert "resumed: 4 done, 2 to go" in outcome.out
    assert len(sweep_of(project).trials()) == 6
    outcome = project.run("resume", "outputs/irises/sweep-nothing")
    assert outcome.code == 2


def test_without_pyarrow_the_note_names_the_extra(project: Project) -> None:
    # a package of that name that cannot be found is what an environment without it has
    hidden = "import sys, importlib.util as u; f = u.find_spec\n"
    hidden += "u.find_spec = lambda name, *more: None if name == 'pyarrow' else f(name, *more)\n"
    project.write("site/sitecustomize.py", hidden)
    project.environment = {"PYTHONPATH": str(project.folder / "site")}
    outcome = project.run(*SWEEP, "sweep.ship=none").assert_success()
    assert "pip install 'runner-ml[parquet]'" in outcome.out


def test_a_plan_draws_the_tree_and_writes_nothing(project: Project) -> None:
    outcome = project.run(*SWEEP, "--plan").assert_success()
    assert "train/softmax, together  4 trials" in outcome.out
    assert not list(project.folder.glob("outputs/irises/*"))


def test_a_mistake_in_one_trial_is_told_before_the_first_one_runs(project: Project) -> None:
    outcome = project.run("-m", "+experiment=irises", "model.l2=1e-4,-1")
    assert outcome.code == 2
    assert "model.l2" in outcome.err
    outcome = project.run(
        "-m", "+experiment=irises", "transforms=[standard_scale],[PCA]", "+transforms.PCA.svd_solver=no"
    )
    assert outcome.code == 2
    assert "svd_solver" in outcome.err
    assert not list(project.folder.glob("outputs/irises/*"))


def test_seeds_are_no_trials(project: Project) -> None:
    outcome = project.run("+experiment=irises", "repeat.seeds=3", "sweep.ship=none").assert_success()
    assert "1 trial " in outcome.out
    (trial,) = sweep_of(project).trials()
    record = sweep_of(project).trial(trial.number)
    assert len(record.metrics.folds) == 9
    assert trial.std is not None


def test_a_trial_that_lost_the_race_of_the_seeds_is_not_run_again(project: Project) -> None:
    words = ("-m", "+experiment=irises", "optimizer.learning_rate=0.00001,0.1", "repeat.seeds=4", "sweep.ship=none")
    project.run(*words).assert_success()
    before = {trial.number: trial for trial in sweep_of(project).trials()}
    assert sorted(trial.state for trial in before.values()) == ["done", "pruned"]
    assert "resumed: 2 done, 0 to go" in project.run(*words).assert_success().out
    assert {trial.number: trial for trial in sweep_of(project).trials()} == before


def test_a_search_that_halves_drops_trials_and_trains_one_to_the_end(project: Project) -> None:
    words = (
        "search=halving",
        "search.trials=9",
        "optimizer.learning_rate=tag(log,interval(0.001,1))",
        "model.epochs=9",
    )
    project.run("-m", "+experiment=irises", *words, "sweep.ship=none").assert_success()
    sweep = sweep_of(project)
    records = [sweep.trial(trial.number) for trial in sweep.trials()]
    shares = sorted(record.share for record in records)
    assert shares[-1] == 1.0
    assert [record.state for record in records].count("done") == 1
    assert all(len(record.curves["loss"]) == round(9 * record.share) for record in records)
    again = project.run("-m", "+experiment=irises", *words, "sweep.ship=none").assert_success()
    assert "1 done" in again.out
    assert [trial.attempt for trial in sweep_of(project).trials()] == [1] * 9


def test_a_search_in_parts_refuses_a_model_that_has_no_epochs(project: Project) -> None:
    plain = EXPERIMENT.replace("softmax", "DummyClassifier").replace("  - override /optimizer: momentum\n", "")
    project.write("conf/experiment/irises.yaml", plain.replace("model: {epochs: 4}\n", ""))
    outcome = project.run("-m", "+experiment=irises", "search=halving", "search.trials=3", "seed=range(9)")
    assert outcome.code == 2
    assert "model 'DummyClassifier' cannot be trained up to a part of its epochs" in outcome.err


def test_compressors_act_before_a_trial_is_scored(project: Project) -> None:
    words = ("augmenters=[]", "compressors=[truncated_svd]", "compressors.truncated_svd.rank=1,8", "sweep.ship=none")
    project.run("-m", "+experiment=digits", *words).assert_success()
    (folder,) = project.folder.glob("outputs/digits/sweep-*")
    sweep = Sweep.open(folder)
    assert "compress/truncated_svd" in [step.step for step in sweep.trial(0).steps]
    low, high = (trial.score or 0 for trial in sweep.trials())
    assert low < 0.5 < 0.8 < high
