import importlib
import inspect
import subprocess
import sys

import pytest

from runner.contracts import KINDS
from runner_builtin import sklearn_names
from runner_builtin._write_sklearn_names import TABLES, installed_names, render


def test_the_tables_hold_every_estimator_of_the_installed_scikit_learn():
    installed = installed_names()
    for table in TABLES:
        assert getattr(sklearn_names, table) == installed[table]


@pytest.mark.parametrize(("table", "kind"), [*zip(TABLES, ("model", "transform", "splitter"), strict=True)])
def test_every_name_leads_to_a_class_that_keeps_the_contract(table, kind):
    for name, path in getattr(sklearn_names, table).items():
        module, _, attribute = path.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        assert inspect.isclass(found)
        assert attribute == name
        assert not any(part.startswith("_") for part in module.split("."))
        # some transformers offer transform, and some models predict, only once their inner estimator does
        for method in set(KINDS[kind].methods) - {"transform", "predict"}:
            assert callable(getattr(found, method))


def test_experimental_ones_are_left_out():
    names = {name for table in TABLES for name in getattr(sklearn_names, table)}
    assert not names & sklearn_names.EXPERIMENTAL


@pytest.mark.parametrize("name", sorted(sklearn_names.EXPERIMENTAL))
def test_experimental_ones_still_need_an_enabling_import(name):
    module = "sklearn.impute" if name == "IterativeImputer" else "sklearn.model_selection"
    code = f"from {module} import {name}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "is experimental" in done.stderr


def test_the_file_is_what_its_writer_writes():
    assert render(installed_names()) == inspect.getsource(sklearn_names)
