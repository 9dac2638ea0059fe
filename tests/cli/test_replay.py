"""Runs that are run again: the same, or which stage was the first to differ."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.record.read import Run
from runner.record.read_sweep import Sweep
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


def test_r4_rows_that_were_changed_since_are_the_first_stage_that_differs(project: Project) -> None:
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
def test_r2_a_run_that_was_moved_is_replayed_from_where_it_lies(project: Project, tmp_path: Path) -> None:
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
    told = project.run("replay", the_run(project).info.id, "--tolerance", "2").assert_code(2).err
    assert "--tolerance: '2' is no tolerance; give one from 0 to below 1" in told


def test_r5_code_that_was_in_no_commit_must_lie_here_again(tmp_path: Path) -> None:
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


def beside(project: Project, **environment: str) -> Project:
    """Return the same folder with other variables in the environment."""
    return Project(project.folder, environment=environment)


def differing(comparison: Mapping[str, Any], level: str) -> set[str]:
    return {fact["what"] for fact in comparison[level] if fact["same"] is False}


BUNDLED = {
    "digits": ["model.epochs=2"],
    "breast_cancer": ["model.epochs=2", "splitter.folds=2"],
    "docstrings": ["model.epochs=2", "source.per_library=30", "transforms.TruncatedSVD.n_components=8"],
    "diabetes": ["model.epochs=2", "splitter.folds=2"],
    "forest": ["model.n_estimators=5", "splitter.folds=2"],
}
#: Each takes 8 s; the others are tried where RUNNER_REPLAY_ALL is set.
QUICK = ("docstrings", "forest")
#: Runs each bundled experiment in one process, whose imports they share, and replays each at once.
RUN_AND_REPLAY = """
import json, pathlib, sys
from runner.cli import main
for name, words in json.loads(sys.argv[1]).items():
    assert main(["--debug", f"+experiment={name}", "exporters=[]", "intervals.resamples=0", *words]) == 0
for name in json.loads(sys.argv[1]):
    (path,) = pathlib.Path("outputs", name).iterdir()
    assert main(["replay", str(path), "--strict"]) == 0, name
"""


def test_r1_each_bundled_experiment_gives_the_same_bits_at_once(tmp_path: Path) -> None:
    chosen = BUNDLED if "RUNNER_REPLAY_ALL" in os.environ else {name: BUNDLED[name] for name in QUICK}
    command = [sys.executable, "-P", "-c", RUN_AND_REPLAY, json.dumps(chosen)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if line.endswith(": the same, bit by bit")]
    assert len(told) == len(chosen)


def test_r3_another_number_of_threads_is_told_and_the_numbers_are_equal(project: Project) -> None:
    threads = "1" if (os.cpu_count() or 1) > 1 else "2"
    other = beside(project, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
    comparison = told(other.run("replay", the_run(project).info.id, "--here", "--json").assert_success())
    assert "threads" in differing(comparison, "inputs")
    assert differing(comparison, "numbers") == set()


def test_the_recorded_number_of_threads_is_brought_back(project: Project) -> None:
    other = beside(project, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    comparison = told(other.run("replay", the_run(project).info.id, "--strict", "--json").assert_success())
    assert "threads" not in differing(comparison, "inputs")


def test_r6_a_package_of_another_version_is_listed(project: Project) -> None:
    run = the_run(project)
    place = run.path / "env/packages.json"
    packages = json.loads(place.read_text()) | {"numpy": "1.0"}
    place.write_text(json.dumps(packages))
    outcome = project.run("replay", run.info.id, "--allow-modified").assert_success()
    line = next(line for line in outcome.out.splitlines() if line.startswith("packages"))
    assert "numpy 1.0" in line
    assert line.endswith("NO")


def test_r7_a_secret_that_is_missing_is_asked_for_by_its_name(project: Project) -> None:
    pytest.importorskip("psycopg")
    run = the_run(project)
    config = run.path / "config/resolved.yaml"
    declared = yaml.safe_load(config.read_text())
    url = "postgresql://ann:${secret:env:PASSWORD_OF_ANN}@localhost/sales"
    declared["source"] = {"use": "sql", "url": url, "query": "select * from kinds", "target": "kind"}
    config.write_text(yaml.safe_dump(declared))
    message = project.run("replay", run.info.id, "--allow-modified").assert_code(2).err
    assert "${secret:env:PASSWORD_OF_ANN}: the environment has no variable 'PASSWORD_OF_ANN'. Set it" in message


def test_r9_a_run_that_was_never_finished_is_refused(project: Project) -> None:
    run = the_run(project)
    (run.path / "manifest.json").unlink()
    assert "manifest.json" in project.run("replay", str(run.path)).assert_code(6).err
    partial = run.path.with_name(f"{run.info.id}.partial")
    run.path.rename(partial)
    message = project.run("replay", str(partial)).assert_code(6).err
    assert "is not a finished run: its name ends in '.partial'" in message
    assert list((project.folder / "outputs/kinds").iterdir()) == [partial]


def test_r12_another_blas_kernel_is_told_and_the_numbers_pass(project: Project) -> None:
    run = the_run(project)
    kernels = json.loads((run.path / "env/threads.json").read_text())["libraries"]
    if not any(one.get("internal_api") == "openblas" and one.get("architecture") != "Nehalem" for one in kernels):
        pytest.skip("this BLAS cannot be asked for another kernel")
    other = beside(project, OPENBLAS_CORETYPE="Nehalem")
    comparison = told(other.run("replay", run.info.id, "--here", "--json").assert_success())
    assert "kernel" in differing(comparison, "inputs")
    assert differing(comparison, "numbers") == set()


SWEPT = """\
# @package _global_
defaults:
  - override /source: csv
  - override /splitter: stratified_kfold
  - override /model: ExtraTreesClassifier
  - override /metrics: [accuracy, log_loss]
source: {path: table.csv, target: kind}
splitter: {folds: 2}
model: {n_estimators: 3}
sweep: {ship: none}
"""


def test_r11_a_trial_more_leaves_the_bits_of_the_others_as_they_are(tmp_path: Path) -> None:
    project = Project(tmp_path, {"conf/experiment/kinds.yaml": SWEPT, "table.csv": TABLE})
    for place, depths in (("few", "1,2"), ("many", "3,2,1")):
        project.run("-m", "+experiment=kinds", f"model.max_depth={depths}", f"outputs={place}").assert_success()
    few, many = (
        {
            trial.settings["model.max_depth"]: Sweep.open(path).trial(trial.number)
            for trial in Sweep.open(path).trials()
        }
        for place in ("few", "many")
        for path in (project.folder / place / "kinds").glob("sweep-*")
    )
    assert sorted(many) == [1, 2, 3]
    for depth, trial in few.items():
        assert trial.metrics == many[depth].metrics, f"max_depth {depth}"
