"""Overrides that feel like Hydra's, on the shipped experiments."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from runner.record.read_sweep import Sweep
from runner.testing import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def composed(project: Project, *words: str) -> dict[str, object]:
    outcome = project.run("experiment=digits", *words, "--cfg", "job").assert_success()
    config: dict[str, object] = yaml.safe_load(outcome.out)
    return config


def test_components_and_settings_are_overridden_together(project: Project) -> None:
    words = ["optimizer=adam", "optimizer.learning_rate=0.01", "scheduler=cosine", "cleaners=[drop_duplicates]"]
    config = composed(project, *words, "~augmenters.rotate")
    assert config["optimizer"]["use"] == "adam"  # type: ignore[index]
    assert config["optimizer"]["learning_rate"] == 0.01  # type: ignore[index]
    assert list(config["cleaners"]) == ["drop_duplicates"]  # type: ignore[call-overload]
    assert list(config["augmenters"]) == ["shift"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        (["cleaners=[drop_missing,drop_duplicates]"], ["drop_missing", "drop_duplicates"]),
        (["cleaners=[]"], []),
        (["+cleaners=drop_missing"], ["drop_duplicates", "drop_missing"]),
        (["+cleaners@cleaners.second=drop_duplicates"], ["drop_duplicates", "second"]),
        (["~cleaners.drop_duplicates"], []),
        (["cleaners=none"], ["none"]),
    ],
)
def test_steps_are_chosen_added_removed_and_repeated(project: Project, words: list[str], steps: list[str]) -> None:
    assert list(composed(project, *words)["cleaners"]) == steps  # type: ignore[call-overload]


def test_conf_of_the_folder_overlays_the_shipped_one(project: Project) -> None:
    project.write("conf/model/small.yaml", "defaults:\n  - softmax\n  - _self_\nepochs: 2\n")
    project.write("conf/experiment/mine.yaml", "# @package _global_\ndefaults: [/experiment/digits]\nseed: 5\n")
    config = yaml.safe_load(project.run("+experiment=mine", "model=small", "--cfg", "job").assert_success().out)
    assert (config["seed"], config["model"]["use"]) == (5, "softmax")
    assert "./conf" in project.run("--help").assert_success().out
    assert f"file://{project.folder}/conf" in project.run("--info", "searchpath").assert_success().out


def test_a_preset_with_a_typo_names_the_key(project: Project) -> None:
    project.write("conf/model/small.yaml", "defaults:\n  - softmax\n  - _self_\nepcohs: 2\n")
    message = project.run("+experiment=digits", "model=small").assert_code(2).err
    assert "model 'softmax' has no option 'epcohs'. Did you mean 'epochs'?" in message


def test_help_shows_groups_options_and_where_they_come_from(project: Project) -> None:
    page = project.run("--help").assert_success().out
    for word in ("Usage", "Experiments", "digits", "source=", "cleaners=[", "softmax", "runner-ml", "--multirun"):
        assert word in page


@pytest.mark.parametrize("what", ["defaults", "searchpath", "defaults-tree", "config"])
def test_info_shows_how_the_config_is_made(project: Project, what: str) -> None:
    assert "runner" in project.run("experiment=digits", "--info", what).assert_success().out


def states(project: Project) -> list[str]:
    (folder,) = project.folder.glob("outputs/digits/sweep-*")
    return sorted(trial.state for trial in Sweep.open(folder).trials())


def test_a_failing_trial_does_not_end_the_sweep(project: Project) -> None:
    words = ["-m", "experiment=digits", "model.epochs=1", "optimizer.learning_rate=0.1,1e9,0.2"]
    outcome = project.run(*words).assert_code(1)
    assert states(project) == ["diverged", "done", "done"]
    assert "1 of 3 trials failed" in outcome.out
    assert "the training diverged" in outcome.out


def test_two_sweeps_over_step_lists_run(project: Project) -> None:
    project.run("-m", "experiment=digits", "model.epochs=1", "augmenters=[shift],[rotate,flip],[]").assert_success()
    assert states(project) == ["done"] * 3


def test_the_experiment_may_be_given_with_or_without_plus(project: Project) -> None:
    with_plus = project.run("+experiment=digits", "--cfg", "job").assert_success().out
    assert project.run("experiment=digits", "--cfg", "job").assert_success().out == with_plus
