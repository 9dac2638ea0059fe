from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import PluginError
from runner.record import strict_json
from runner.report import pages
from runner.report.html import document
from runner.report.pages import pages_told, run_page


def test_the_extra_is_looked_for_before_anything_is_drawn(
    make_run: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "find_spec", lambda _name: None)
    with pytest.raises(PluginError, match=r"a report needs Jinja2 and matplotlib"):
        run_page(make_run(), tmp_path / "page")
    assert not (tmp_path / "page").exists()


def test_without_the_extra_a_sweep_tells_so_in_one_line(
    make_sweep: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "find_spec", lambda _name: None)
    path = make_sweep([{"settings": {"a": 1}}])
    (line,) = pages_told(path)
    assert line.startswith("the report is not written: a report needs Jinja2 and matplotlib")
    assert line.endswith(f"'runner report {path.name}' makes it later")


def test_a_mistake_of_the_page_is_told_and_fails_nothing(
    make_sweep: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(folder: Path, to: Path) -> Path:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(pages, "sweep_page", broken)
    caplog.set_level("INFO", logger="runner")
    (line,) = pages_told(make_sweep([{"settings": {"a": 1}}]))
    assert "the report is not written: ZeroDivisionError: a mistake; " in line
    assert "where the report failed" in caplog.text
    assert caplog.records[-1].exc_info is not None


def test_a_sweeps_page_lies_in_its_folder_and_a_winner_without_one_is_named(
    make_sweep: Callable[..., Path], make_run: Callable[..., Path]
) -> None:
    path, run = make_sweep([{"settings": {"a": 1}}]), make_run()
    strict_json.write(path / "best.json", {"path": f"../{run.name}"})
    told, advice = pages_told(path)
    assert told.startswith("report: ")
    assert (path / "report.html").is_file()
    assert advice == f"the winner's run has no page; 'runner report {run.name}' writes it"


def test_asking_for_pages_imports_nothing_that_draws() -> None:
    code = "import sys, runner.report.pages; print({'matplotlib', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
