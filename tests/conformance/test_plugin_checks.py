"""Each check of a plugin as a whole, against a plugin that breaks it."""

import sys
import time
from types import SimpleNamespace

import pytest

from runner.catalogue import Catalogue
from runner.conformance import plugin_checks
from runner.discovery import discover
from runner.testing import checks

HOOKS = """
import runner
{top}
@runner.hookimpl
def runner_metrics():
    {body}
"""


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """Give a function that writes a hook module, and returns the messages of the plugin's failed checks."""
    monkeypatch.syspath_prepend(tmp_path)

    def failures(name, top="", body="return {}", more=""):
        (tmp_path / f"{name}.py").write_text(HOOKS.format(top=top, body=body) + more)
        owner = SimpleNamespace(name="acme-ml", version="1.2")
        point = SimpleNamespace(name="acme", value=name, dist=owner, load=lambda: __import__(name))
        found = {}
        for check in checks("acme-ml", catalogue=Catalogue(discover([point]))):
            try:
                check()
            except AssertionError as error:
                found[check.what] = str(error)
        sys.modules.pop(name, None)
        assert all(told.startswith("plugin 'acme' of acme-ml 1.2: ") for told in found.values())
        return found

    return failures


def test_a_sound_plugin_passes(whole):
    assert whole("acme_sound") == {}


def test_a_hook_that_raises_is_named(whole):
    found = whole("acme_raising", body="raise OSError('no licence')")
    assert set(found) == {"has no broken hook"}
    assert "runner_metrics() failed: OSError: no licence" in found["has no broken hook"]


@pytest.mark.fault("F93")
def test_a_misspelt_hook_is_named(whole):
    found = whole("acme_misspelt", more="\n@runner.hookimpl\ndef runner_metricks():\n    return {}\n")
    assert "Did you mean 'runner_metrics'" in found["has no broken hook"]


def test_a_hook_module_that_imports_pandas_is_told_what_to_do(whole):
    found = whole("acme_heavy", top="import pandas")
    assert set(found) == {"imports nothing heavy"}
    assert "imports pandas; offer components by string" in found["imports nothing heavy"]


def test_a_slow_hook_module_is_told_what_to_do(whole, monkeypatch):
    monkeypatch.setattr(plugin_checks, "SECONDS", 0.05)
    start = time.perf_counter()
    found = whole("acme_slow", top="import time; time.sleep(0.1)")
    assert time.perf_counter() - start > 0.1
    assert "takes 0.1 s, more than 0.05 s" in found["imports nothing heavy"]


@pytest.mark.fault("F94")
def test_a_plugin_that_changes_the_process_is_named(whole):
    found = whole("acme_loud", top="print('hello')")
    assert "printed to the standard output: 'hello'" in found["changes nothing while loading"]


def test_a_config_package_that_is_not_there_is_named(whole):
    hook = "\n@runner.hookimpl\ndef runner_conf_dirs():\n    return ['acme_nowhere.conf']\n"
    found = whole("acme_conf", more=hook)
    assert "'acme_nowhere.conf'" in found["brings configs that exist"]


def test_a_config_package_without_configs_is_named(whole, tmp_path):
    (tmp_path / "acme_empty").mkdir()
    (tmp_path / "acme_empty" / "__init__.py").touch()
    hook = "\n@runner.hookimpl\ndef runner_conf_dirs():\n    return ['acme_empty']\n"
    assert "holds no YAML file" in whole("acme_empty_conf", more=hook)["brings configs that exist"]
