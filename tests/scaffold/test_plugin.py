"""A new package works at once: installed, checked, tested, run; whatever it offers."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.scaffold.files import write_new
from runner.scaffold.plugin import NewPlugin, check_plugin
from runner.testing import make_catalogue

ROOT = Path(__file__).parents[2]
#: What plugins may lean on.
PUBLIC = {"runner", "runner.contracts", "runner.data", "runner.errors", "runner.options", "runner.testing"}


def called(folder, *words, path=ROOT):
    environment = {**os.environ, "PYTHONPATH": str(path), "MYPYPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new")
    write_new(folder, NewPlugin.of("acme", [(kind, None) for kind in KINDS]).files())
    return folder


@pytest.mark.slow
def test_a_package_with_all_kinds_installs_and_its_tests_and_checks_pass(package, tmp_path):
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(tmp_path), "."]
    called(package, "pip", *words)
    told = called(package, "pytest", "-v", "-p", "no:cacheprovider", "-W", "error", path=tmp_path)
    for kind in KINDS:
        assert f"pyproject.toml::{kind} acme_{kind}: can be built PASSED" in told
        assert re.search(rf"tests/test_acme_{kind}.py::\w+ PASSED", told)
    assert "test_experiment.py::test_an_experiment_runs[acme_model] PASSED" in told


@pytest.mark.parametrize("name", ["a", "a_name_of_20_letters"])
def test_what_is_written_passes_the_checks_of_style(tmp_path, name):
    write_new(tmp_path, NewPlugin.of(name, [(kind, f"{kind}_{name}"[:30].strip("_")) for kind in KINDS]).files())
    called(tmp_path, "ruff", "check", "--no-cache", ".")
    called(tmp_path, "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.slow
def test_what_is_written_passes_a_strict_check_of_types(package, tmp_path):
    called(package, "mypy", "--cache-dir", str(tmp_path))


def test_what_is_written_leans_on_public_names_only(package):
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "runner":
                assert node.module in PUBLIC, f"{file.name} imports {node.module}"


def test_a_package_depends_on_what_its_components_import():
    toml = NewPlugin.of("acme", [("optimizer", None)]).files()["pyproject.toml"]
    assert 'dependencies = ["runner-ml", "numpy"]' in toml
    toml = NewPlugin.of("acme", [("model", "near")]).files()["pyproject.toml"]
    assert 'dependencies = ["runner-ml", "numpy", "scikit-learn"]' in toml


@pytest.mark.parametrize(
    ("name", "kinds", "told"),
    [
        ("Acme", [("cleaner", None)], "cannot be the name of a plugin"),
        ("runner_acme", [("cleaner", None)], "give the name without 'runner', such as 'acme'"),
        ("runner-acme", [("cleaner", None)], "give the name without 'runner', such as 'acme'"),
        ("acme-ml", [("cleaner", None)], "'acme_ml' would be one"),
        ("acme", [("cleaner", None), ("cleaner", None)], "two components are called 'acme_cleaner'"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, kinds, told):
    with pytest.raises(ConfigError, match=told):
        NewPlugin.of(name, kinds)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("local", r"local 0 is a plugin of the name 'local' already"),
        ("builtin", r"a package 'runner_builtin' is installed already"),
    ],
)
def test_a_name_that_is_taken_is_refused_with_who_has_it(name, told):
    with pytest.raises(ConfigError, match=told):
        check_plugin(NewPlugin.of(name, [("cleaner", None)]), make_catalogue(installed=False))
