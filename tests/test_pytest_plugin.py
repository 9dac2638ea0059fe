"""What pytest gets from us, as a project that has us installed meets it."""

import json

import numpy as np
import pytest

from runner.errors import ConfigError
from runner.pytest_plugin import _samples
from runner.testing import Project

pytest_plugins = "pytester"

HOOKS = """
from runner import hookimpl


class Loud:
    def __init__(self, times: int) -> None:
        self.times = times

    def hear(self, event):
        assert self.times < 3


class Rude:
    def hear(self, event):
        print("heard")


@hookimpl
def runner_trackers():
    return {"loud": Loud, "rude": Rude}
"""
QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture
def project(pytester):
    """Run pytest in a folder with these settings; what it prints."""
    pytester.makepyfile(runner_plugins=HOOKS)
    pytester.mkdir("tests").joinpath("test_one.py").write_text("def test_one(): pass\n")

    def run(settings, *words):
        pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{settings}")
        return pytester.runpytest_inprocess(*QUIET, *words)

    return run


def test_the_checks_of_the_plugins_that_the_ini_file_names_are_tests_with_names_in_words(project):
    settings = (
        'testpaths = ["tests"]\nrunner_checks = "runner_plugins"\nrunner_leave_out = ["tracker.rude"]\n'
        'runner_samples = ["tracker.loud: {times: 1}", "tracker.loud: {times: 7}"]\n'
    )
    told = project(settings, "-v").stdout.str()
    assert "tests/test_one.py::test_one PASSED" in told
    assert "pyproject.toml::tracker loud: hears every event PASSED" in told
    assert "pyproject.toml::tracker loud (2): hears every event FAILED" in told
    assert "hear() raises on 'run_started': AssertionError" in told
    assert "rude" not in told
    project(settings, "pyproject.toml::tracker loud: hears every event").assert_outcomes(passed=1)
    project(settings, "tests").assert_outcomes(passed=1)


def test_without_testpaths_each_check_is_there_once(project):
    settings = 'runner_checks = "runner_plugins"\nrunner_leave_out = ["tracker.loud"]\n'
    told = project(settings, "--collect-only", "-q").stdout.str()
    assert told.count("tracker rude: hears every event\n") == 1
    assert "test_one.py::test_one" in told


def test_a_promise_that_is_broken_is_told_without_our_traceback(project):
    told = project('runner_checks = "runner_plugins"\nrunner_leave_out = ["loud"]\n').stdout.str()
    assert "tracker 'rude' of runner_plugins" in told
    assert "printed to the standard output: 'heard'" in told
    assert "conformance" not in told


def test_a_plugin_that_is_not_there_is_told(project):
    ended = project('runner_checks = "nobody"\n')
    assert ended.ret == pytest.ExitCode.INTERRUPTED
    assert "no installed plugin is called 'nobody'" in ended.stdout.str()


def test_checks_without_an_ini_file_are_refused(pytester):
    ended = pytester.runpytest_inprocess(*QUIET, "-o", "runner_checks=acme")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    assert "runner_checks is read from an ini file" in ended.stderr.str()


def test_settings_are_read_as_lines_and_may_come_several_times():
    assert _samples(["a.b: {x: 1}", "a.b: {x: [2]}", "c.d: {}"]) == {"a.b": [{"x": 1}, {"x": [2]}], "c.d": [{}]}


@pytest.mark.parametrize("line", ["tracker.loud", "tracker.loud: 3", "tracker.loud:{times: 3}", "{", "- a"])
def test_a_line_of_another_form_is_refused(line):
    with pytest.raises(ConfigError, match=r"is not of the form 'kind.name: \{option: value\}'"):
        _samples([line])


def test_a_project_that_asks_for_nothing_gets_nothing_and_pays_for_nothing(tmp_path):
    probe = (
        "import json, sys\n\ndef test_one():\n"
        "    ours = [name for name in sys.modules if name.startswith('runner.')]\n"
        "    heavy = [name for name in ('numpy', 'pandas', 'sklearn') if name in sys.modules]\n"
        "    print('LOADED', json.dumps([ours, heavy]))\n"
    )
    told = Project(tmp_path, {"test_one.py": probe}).python("-m", "pytest", "-sq", *QUIET).assert_success().out
    assert json.loads(told.partition("LOADED")[2].splitlines()[0].rstrip(".")) == [["runner.pytest_plugin"], []]


def test_the_small_project_runs(runner_project):
    outcome = runner_project.run("+experiment=tiny", "exporters=[]").assert_success()
    assert outcome.run.scores.total["accuracy"].mean == 1.0


def test_the_store_is_empty_and_keeps(runner_store):
    assert runner_store.entries() == []
    runner_store.put("0f" * 32, {"x": np.arange(3)}, about={})
    assert runner_store.get("0f" * 32)["x"].tolist() == [0, 1, 2]
