"""The kit for people who write plugins: a project in a folder, a catalogue in memory, the conformance suite.

import pytest
from runner.testing import Project, checks

@pytest.mark.parametrize("check", checks("acme_runner"), ids=str)
def test_conformance(check):
    check()

def test_the_experiment_runs(tmp_path):
    Project(tmp_path, {"conf/experiment/mine.yaml": "..."}).run("+experiment=mine").assert_success()
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.conformance.suite import Check, checks
from runner.contracts import KINDS
from runner.discovery import discover, plugin_of
from runner.fake_server import FakeServer
from runner.hookspecs import hookimpl
from runner.record.read import Run, runs

__all__ = ["TINY", "Check", "FakeServer", "Outcome", "Project", "checks", "make_catalogue"]

#: Files of a small project: 40 rows of two classes that one column tells apart, and an experiment on them.
TINY: Mapping[str, str] = {
    "data/rows.csv": "size,colour,label\n"
    + "".join(
        f"{row % 2 * 9 + row % 7},{'red' if row % 3 else 'blue'},{'big' if row % 2 else 'small'}\n"
        for row in range(40)
    ),
    "conf/experiment/tiny.yaml": """\
# @package _global_
# Big or small?
defaults:
  - override /source: csv
  - override /splitter: stratified_holdout
  - override /model: GaussianNB
  - override /metrics: [accuracy]
source: {path: data/rows.csv, target: label, features: [size]}
""",
}


def make_catalogue(
    components: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    installed: bool = True,
    distribution: str = "local",
    disabled: Collection[str] = (),
) -> Catalogue:
    """Return a catalogue of components given here, beside the installed ones.

    components: kind -> name -> factory, e.g. {"cleaner": {"shout": Shout}}.

    >>> make_catalogue({"metric": {"luck": "acme.luck:Luck"}}, installed=False).names("metric")
    ['luck']
    """
    hooks: dict[str, Any] = {}
    for kind, table in (components or {}).items():
        hooks[KINDS[kind].hook] = staticmethod(hookimpl(_returning(dict(table), KINDS[kind].hook)))
    local = plugin_of(type("LocalPlugin", (), hooks), distribution=distribution)
    return Catalogue([*(discover(disabled=disabled) if installed else ()), local])


def _returning(table: dict[str, Any], name: str) -> Any:
    def hook() -> dict[str, Any]:
        return table

    hook.__name__ = name
    return hook


@dataclass(frozen=True)
class Outcome:
    """How a command ended. code: its exit code; out, err: what it printed; folder: where it ran."""

    command: Sequence[str]
    code: int
    out: str
    err: str
    folder: Path

    def assert_success(self) -> Outcome:
        """Fail with all that was printed unless the command ended well."""
        return self.assert_code(0)

    def assert_code(self, code: int) -> Outcome:
        """Fail with all that was printed unless the command ended with this exit code."""
        if self.code != code:
            told = f"--- out\n{self.out}\n--- err\n{self.err}"
            raise AssertionError(f"{' '.join(self.command)!r} ended with {self.code}, not {code}\n{told}")
        return self

    @property
    def runs(self) -> list[Run]:
        """The finished runs below the folder's `outputs`, oldest first."""
        return runs(self.folder / "outputs")

    @property
    def run(self) -> Run:
        """The newest finished run."""
        return self.runs[-1]


@dataclass
class Project:
    """A folder with files, in which `runner` commands are run as a person would.

    folder: an existing, usually empty folder. files: relative path -> text. environment: variables to add.
    """

    folder: Path
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, text in self.files.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> Path:
        """Write one more file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: str, timeout: float = 120) -> Outcome:
        """Run `runner` with these words in the folder, in a process of its own."""
        return self._ended(["runner", *words], [sys.executable, "-P", "-m", "runner.cli", *words], timeout)

    def python(self, *words: str, timeout: float = 120) -> Outcome:
        """Run Python with these words in the folder, such as a program's name, or `-m pytest`."""
        return self._ended(["python", *words], [sys.executable, *words], timeout)

    def _ended(self, called: Sequence[str], command: Sequence[str], timeout: float) -> Outcome:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(called, done.returncode, done.stdout, done.stderr, self.folder)
