"""Pages as a person asks for them: with a run, with a sweep, later, from Python; and the mistakes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import runner
from runner.errors import ConfigError, IntegrityError
from runner.report.html import document
from runner.testing import Project

QUICK = ("+experiment=digits", "model.epochs=2", "augmenters=[]")
DECLARED = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "stratified_holdout",
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 2},
    "metrics": ["accuracy"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def swept(project: Project) -> str:
    """Sweep two penalties with a page, and return what the command said."""
    return project.run("-m", *QUICK, "model.l2=1e-4,1e-2", "report=html").assert_success().out


def sweep_of(project: Project) -> Path:
    return next((project.folder / "outputs/digits").glob("sweep-*"))


def test_a_sweep_ends_with_its_page_and_that_of_the_winners_run(project: Project, swept: str) -> None:
    path = sweep_of(project)
    assert swept.splitlines()[-1] == f"report: outputs/digits/{path.name}/report.html"
    page = (path / "report.html").read_text()
    best = json.loads((path / "best.json").read_text())["path"]
    assert f'<a href="{best}/report.html">' in page
    winner = (path / best).resolve()
    assert (winner / "figures/confusion_matrix.png").is_file()
    assert "report.html" in json.loads((winner / "manifest.json").read_text())["files"]
    project.run("verify", str(winner)).assert_success()
    project.run("verify", str(path)).assert_success()


def test_a_page_is_no_part_of_what_a_sweep_is(project: Project, swept: str) -> None:
    again = project.run("-m", *QUICK, "model.l2=1e-4,1e-2").assert_success().out
    assert "2 done" in again
    assert "report:" not in again


def test_a_page_can_be_written_later_of_a_run_and_of_a_sweep(project: Project, swept: str) -> None:
    run = next((project.folder / "outputs/digits").glob("2*"))
    before = (run / "report.html").read_bytes()
    assert project.run("report", run.name).assert_success().out == f"report-{run.name}/report.html\n"
    assert (run / "report.html").read_bytes() == before, "what a run recorded stays as it is"
    told = project.run("report", sweep_of(project).name, "--to", "page", "--json").assert_success().out
    assert json.loads(told) == {"page": "page/report.html"}
    assert (project.folder / "page/figures/parallel_coordinates.svg").is_file()


def test_mistakes_are_told(project: Project, swept: str) -> None:
    run = next((project.folder / "outputs/digits").glob("2*"))
    inside = project.run("report", run.name, "--to", str(run / "more")).assert_code(2).err
    assert "lies in a finished run, whose files stay as they are" in inside
    project.write("file", "")
    assert "is a file; name a folder" in project.run("report", run.name, "--to", "file").assert_code(2).err
    trial = project.run("report", str(sweep_of(project) / "trials/0000")).assert_code(2).err
    assert "is a trial of a sweep, which has no page of its own" in trial
    assert "no finished run 'nope'" in project.run("report", "nope").assert_code(2).err
    assert "report" in project.run(*QUICK, "report=pdf").assert_code(2).err


def test_a_run_without_a_page_imports_nothing_that_draws(tmp_path: Path) -> None:
    runner.run(
        DECLARED, outputs=tmp_path
    )  # the first one asks scikit-learn for its classes, which imports what it can
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(("matplotlib", "jinja2"))}
    try:
        outcome = runner.run(DECLARED, outputs=tmp_path)
        assert not [name for name in sys.modules if name.startswith(("matplotlib", "jinja2"))]
    finally:
        sys.modules.update(before)
    assert not (outcome.path / "report.html").exists()


def test_from_python_a_run_and_a_sweep_have_pages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = runner.run({**DECLARED, "report": "html"}, outputs=tmp_path / "outputs")
    assert (outcome.path / "report.html").is_file()
    page = runner.report(outcome.path)
    assert page == Path(f"report-{outcome.path.name}/report.html")
    assert page.is_file()
    sweep = runner.sweep({**DECLARED, "report": "html", "sweep": {"grid": {"model.l2": [0.1, 1.0]}, "workers": 1}})
    assert sweep.path is not None
    assert (sweep.path / "report.html").is_file()
    assert sweep.notes[-1].startswith("report: ")
    assert runner.report(sweep.path, to="elsewhere") == Path("elsewhere/report.html")
    with pytest.raises(IntegrityError):
        runner.report(tmp_path)
    with pytest.raises(ConfigError, match="lies in a finished run"):
        runner.report(outcome.path, to=outcome.path)


def test_without_the_extra_a_run_has_one_clear_line_and_does_not_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "find_spec", lambda _name: None)
    outcome = runner.run({**DECLARED, "report": "html"}, outputs=tmp_path)
    assert outcome.error is None
    (remark,) = [remark for remark in outcome.remarks if "report" in remark]
    assert remark.startswith("the report is not written: a report needs Jinja2 and matplotlib")
    assert f"'runner report {outcome.path.name}' makes it later" in remark
