"""`runner check`, run as a person would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.testing import Project

EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: csv
  - override /splitter: kfold
  - override /model: LogisticRegression
  - override /metrics: [accuracy]
source: {path: rows.csv, target: y}
splitter: {folds: 2}
"""
ROWS = "x,copy,y\n" + "".join(f"{(7 * place) % 30},{place % 2},{'pq'[place % 2]}\n" for place in range(30))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, {"conf/experiment/rows.yaml": EXPERIMENT, "rows.csv": ROWS})


def test_the_data_are_shown_and_nothing_is_trained_or_kept(project: Project) -> None:
    outcome = project.run("check", "experiment=rows").assert_success()
    assert "30 rows · 2 columns · 0 missing values" in outcome.out
    assert "Split: 2 folds" in outcome.out
    assert "leak: the column 'copy' is the target" in outcome.out
    assert "train/LogisticRegression, 3 times" in outcome.out
    assert "rows: nothing was trained" in outcome.out
    assert outcome.runs == []
    assert not (project.folder / "outputs").exists()


def test_the_same_as_json(project: Project) -> None:
    told = json.loads(project.run("check", "+experiment=rows", "splitter.folds=3", "--json").assert_success().out)
    assert (told["experiment"], told["trainings"], told["report"]["n_folds"]) == ("rows", 4, 3)
    assert told["report"]["raw"]["target"]["classes"] == {"p": 15, "q": 15}


@pytest.mark.fault("F81", "F82", "F85")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["modle=x"], 2, "modle"),
        (["splitter.folds=31"], 3, "31 folds are more than the 30 rows. The largest possible number is 30."),
        (["source.target=x", "model=LinearRegression", "metrics=[accuracy]"], 2, "metrics.accuracy"),
        (["strict=true"], 3, "the experiment is strict"),
        (["source.path=none.csv"], 3, "none.csv"),
        (["-m"], 2, "'runner check' looks at the data of one experiment"),
        (["--cfg", "job"], 2, "'--cfg' has no meaning here"),
        (["repeat.seeds=3"], 2, "this declaration is a sweep"),
    ],
)
def test_what_cannot_run_is_told_as_a_run_would(project: Project, words: list[str], code: int, message: str) -> None:
    outcome = project.run("check", "+experiment=rows", *words).assert_code(code)
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.runs == []


def test_help_says_what_it_does(project: Project) -> None:
    assert "Nothing is trained" in project.run("check", "--help").assert_success().out
