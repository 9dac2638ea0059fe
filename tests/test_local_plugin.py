"""`./runner_plugins.py` is a plugin like an installed one, found in the folder one stands in and nowhere else."""

import json

import pytest

import runner
from runner.catalogue import Catalogue
from runner.discovery import discover
from runner.errors import ConfigError, PluginError
from runner.local_plugin import NAME, local_point
from runner.testing import Project

TEXT = '''
from dataclasses import dataclass

from runner import hookimpl


@dataclass(frozen=True)
class Halve:
    """Halve every number."""

    by: float = 2.0

    keeps_rows = True

    def clean(self, dataset):
        return dataset.with_features(dataset.features / self.by)


@hookimpl
def runner_cleaners():
    return {"halve": Halve}
'''
QUICK = ("+experiment=digits", "model.epochs=1", "augmenters=[]", "exporters=[]", "intervals.resamples=0")


@pytest.fixture
def here(tmp_path):
    return Project(tmp_path, {"runner_plugins.py": TEXT})


def digest(project):
    return local_point(project.folder).dist.version


def local(folder, **more):
    return [plugin for plugin in discover([], folder=folder, **more) if plugin.is_local]


def test_what_the_file_offers_is_in_the_catalogue_of_its_folder_and_of_no_other(here, tmp_path):
    (tmp_path / "below").mkdir()
    assert Catalogue.installed(folder=tmp_path).find("cleaner", "halve").build({"by": 4.0}).by == 4.0
    assert not Catalogue.installed(folder=tmp_path / "below").has("cleaner", "halve")
    assert not Catalogue.installed().has("cleaner", "halve")
    assert not (tmp_path / "__pycache__").exists()


def test_the_file_is_run_again_only_when_its_text_has_changed(here, tmp_path):
    first = Catalogue.installed(folder=tmp_path).find("cleaner", "halve").target
    assert Catalogue.installed(folder=tmp_path).find("cleaner", "halve").target is first
    before = Catalogue.installed(folder=tmp_path).find("cleaner", "halve").code
    here.write("runner_plugins.py", TEXT.replace("/ self.by", "/ self.by / 1"))
    changed = Catalogue.installed(folder=tmp_path).find("cleaner", "halve")
    assert changed.target is not first
    assert changed.code != before


def test_a_name_that_is_installed_already_is_chosen_by_whose_it_is(here, tmp_path):
    here.write("runner_plugins.py", TEXT.replace('"halve"', '"clip"'))
    catalogue = Catalogue.installed(folder=tmp_path)
    with pytest.raises(PluginError, match=r"'clip' is offered by runner-ml .* and runner_plugins"):
        catalogue.find("cleaner", "clip")
    assert catalogue.find("cleaner", "runner_plugins:clip").plugin.is_local


def test_it_can_be_switched_off(here, tmp_path):
    assert local(tmp_path)
    assert local(tmp_path, disabled=[NAME]) == []


def test_a_folder_without_the_file_costs_one_look(tmp_path):
    assert local_point(tmp_path) is None
    assert local_point(tmp_path / "nowhere") is None
    (tmp_path / "runner_plugins.py").mkdir()
    assert local_point(tmp_path) is None


@pytest.mark.fault("F91")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("def x(:", "SyntaxError"),
        (TEXT.replace("runner_cleaners", "runner_cleanerz"), "Did you mean 'runner_cleaners'"),
        (TEXT.replace("@hookimpl\n", ""), "lacks '@runner.hookimpl'"),
        (f'api_version = "1.99"\n{TEXT}', "needs runner's plugin API 1.99"),
    ],
)
def test_a_broken_file_is_told_and_everything_else_works(here, tmp_path, text, told):
    here.write("runner_plugins.py", text)
    (plugin,) = local(tmp_path)
    assert told in plugin.problem.summary


@pytest.mark.fault("F91")
def test_a_command_in_the_folder_of_a_broken_file_says_so_and_tells_what_is_missing(here):
    here.write("runner_plugins.py", "1 / 0")
    asked = here.run(*QUICK, "cleaners=[halve]").assert_code(4)
    assert "warning: ./runner_plugins.py is left out, for it is broken: ZeroDivisionError" in asked.err
    assert "cleaner 'halve' is not offered by any plugin" in asked.err


def test_a_run_that_uses_it_names_the_file_and_records_its_digest_and_a_replay_misses_it(here):
    ended = here.run(*QUICK, "cleaners=[halve]").assert_success()
    assert f"cleaner 'halve' comes from ./runner_plugins.py ({digest(here)})" in ended.out
    packages = json.loads((ended.run.path / "env/packages.json").read_text())
    assert packages["./runner_plugins.py"] == digest(here)
    here.write("runner_plugins.py", TEXT.replace("/ self.by", "/ self.by + 0.25"))
    differs = here.run("replay", ended.run.info.id).assert_code(7)
    assert f"./runner_plugins.py {digest(here)}" in " ".join(differs.out.split())


def test_the_workers_of_a_sweep_have_it_too(here):
    ended = here.run("-m", *QUICK, "cleaners=[halve]", "cleaners.halve.by=2,4", "sweep.ship=none").assert_success()
    assert "2/2 trials" in ended.out
    assert "cleaner 'halve' comes from ./runner_plugins.py" in ended.out


def test_it_is_listed_and_completed(here):
    (row,) = [row for row in json.loads(here.run("plugins", "--json").out) if row["name"] == NAME]
    assert row["offers"] == {"cleaner": ["halve"]}
    assert row["remarks"] == []
    asking = {"COMP_LINE": "runner cleaners=hal", "COMP_POINT": "19", "COMP_CWORD": "1"}
    assert "cleaners=halve" in Project(here.folder, environment=asking).run("-sc", "query=bash").out


def test_an_experiment_run_from_python_has_it_too(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    declared = {"source": {"use": "sklearn_dataset", "name": "iris"}, "splitter": "stratified_holdout"}
    declared |= {"cleaners": ["halve"], "model": "GaussianNB", "metrics": ["accuracy"], "exporters": []}
    assert any("comes from ./runner_plugins.py" in remark for remark in runner.run(declared).remarks)
    monkeypatch.setenv("RUNNER_DISABLE", NAME)
    with pytest.raises(ConfigError, match="cleaner 'halve' is not offered"):
        runner.run(declared)
