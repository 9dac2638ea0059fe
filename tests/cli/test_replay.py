"""Runs that are run again: the same, or which stage was the first to differ."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.record.read import Run
from runner.testing import Outcome, Project

EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: csv
  - override /splitter: stratified_kfold
  - override /transforms: [standard_scale]
  - override /model: softmax
  - override /optimizer: momentum
  - override /metrics: [accuracy]
source: {path: table.csv, target: kind}
splitter: {folds: 2}
model: {epochs: 3}
"""
TABLE = "width,height,kind\n" + "".join(f"{n % 7}.5,{n * n % 11},{'ab'[n % 7 > 3]}\n" for n in range(60))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one run, for every test to copy."""
    project = Project(tmp_path_factory.mktemp("made"), {"conf/experiment/kinds.yaml": EXPERIMENT, "table.csv": TABLE})
    project.run("+experiment=kinds").assert_success()
    return project.folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Project:
    shutil.copytree(made, tmp_path / "copy")
    return Project(tmp_path / "copy")


def the_run(project: Project) -> Run:
    (path,) = (project.folder / "outputs/kinds").iterdir()
    return Run.open(path)


def told(outcome: Outcome) -> Mapping[str, Any]:
    return dict(json.loads(outcome.out))


def test_a_run_that_gives_the_same_again_leaves_nothing_behind(project: Project) -> None:
    run = the_run(project)
    out = project.run("replay", run.info.id).assert_success().out
    assert out.splitlines()[-1] == f"{run.info.id}: the same, bit by bit"
    assert " NO" not in out
    assert the_run(project).info.id == run.info.id, "the only run that is there"


def test_every_stage_of_every_training_is_compared(project: Project) -> None:
    comparison = told(project.run("replay", the_run(project).info.id, "--json").assert_success())
    assert (comparison["verdict"], comparison["first"]) == ("same", None)
    stages = [fact["what"] for fact in comparison["bits"]]
    trainings = ("fold 1", "fold 2", "training on all rows")
    assert stages[:4] == ["raw", "clean", "split", "curves of the training"]
    assert {f"model, {training}" for training in trainings} <= set(stages)
    assert all(fact["same"] for fact in comparison["bits"])


def test_rows_that_were_changed_since_are_the_first_stage_that_differs(project: Project) -> None:
    project.write("table.csv", TABLE.replace("0.5,0,a", "0.5,1,a", 1))
    outcome = project.run("replay", the_run(project).info.id).assert_code(7)
    assert "the first stage that differs: raw" in outcome.out
    assert "may be due to data (csv 'table.csv')" in outcome.out


def test_a_digest_that_is_not_the_recorded_one_is_named_with_its_training(project: Project) -> None:
    run = the_run(project)
    bits = json.loads((run.path / "bits.json").read_text())
    bits["folds"][1]["model"] = "0" * 64
    (run.path / "bits.json").write_text(json.dumps(bits))
    outcome = project.run("replay", run.info.id, "--json", "--allow-modified").assert_code(7)
    assert told(outcome)["first"] == "model, fold 2"


def test_the_new_run_is_kept_where_that_is_asked_for(project: Project) -> None:
    run = the_run(project)
    kept = told(project.run("replay", run.info.id, "--json", "--keep").assert_success())["kept"]
    assert Run.open(project.folder / kept).info.command == ("runner", "replay", run.info.id)


@pytest.mark.fault("F23")
def test_a_run_that_was_moved_is_replayed_from_where_it_lies(project: Project, tmp_path: Path) -> None:
    run = the_run(project)
    moved = tmp_path / "elsewhere"
    run.path.rename(moved)
    assert "the same, bit by bit" in project.run("replay", str(moved)).assert_success().out


@pytest.mark.fault("F24")
def test_a_run_edited_by_hand_is_replayed_only_on_request(project: Project) -> None:
    run = the_run(project)
    config = run.path / "config/resolved.yaml"
    config.write_text(config.read_text().replace("epochs: 3", "epochs: 4"))
    assert "config/resolved.yaml" in project.run("replay", run.info.id).assert_code(6).err
    outcome = project.run("replay", run.info.id, "--allow-modified").assert_code(7)
    assert "the first stage that differs: curves of the training" in outcome.out


@pytest.mark.fault("F47")
def test_a_redacted_setting_is_named_and_never_used(project: Project) -> None:
    run = the_run(project)
    config = run.path / "config/resolved.yaml"
    config.write_text(config.read_text().replace("path: table.csv", "path: '[REDACTED]'"))
    message = project.run("replay", run.info.id, "--allow-modified").assert_code(2).err
    assert "source.path" in message
    assert "[REDACTED]" in message
    assert the_run(project).info.id == run.info.id


def test_a_tolerance_that_is_none_is_refused(project: Project) -> None:
    assert "--tolerance" in project.run("replay", the_run(project).info.id, "--tolerance", "2").assert_code(2).err


def test_code_that_was_in_no_commit_must_lie_here_again(tmp_path: Path) -> None:
    project = Project(
        tmp_path, {"conf/experiment/kinds.yaml": EXPERIMENT, "table.csv": TABLE, ".gitignore": "outputs"}
    )
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    project.write("conf/experiment/kinds.yaml", EXPERIMENT + "seed: 3\n")
    project.run("+experiment=kinds").assert_success()
    run = the_run(project)
    project.run("replay", run.info.id).assert_success()
    project.write("conf/experiment/kinds.yaml", EXPERIMENT)
    assert "changes that were in no commit" in project.run("replay", run.info.id).assert_code(6).err
    project.run("replay", run.info.id, "--allow-modified").assert_success()
