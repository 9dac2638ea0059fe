"""The kit for plugin authors does what its users lean on."""

import pytest

from runner.errors import PluginError
from runner.testing import Project, make_catalogue


class Loud:
    def __init__(self, *, volume: int = 3):
        self.volume = volume

    def clean(self, dataset):
        return dataset


def test_a_catalogue_offers_what_is_given_beside_what_is_installed():
    catalogue = make_catalogue({"cleaner": {"loud": Loud}})
    assert catalogue.find("cleaner", "loud").build({"volume": 11}).volume == 11
    assert catalogue.has("cleaner", "drop_duplicates")


def test_a_catalogue_can_do_without_what_is_installed():
    catalogue = make_catalogue({"cleaner": {"loud": Loud}}, installed=False)
    assert catalogue.names("cleaner") == ["loud"]
    assert catalogue.names("model") == []


def test_a_disabled_plugin_is_not_in_the_catalogue():
    assert make_catalogue({"cleaner": {"loud": Loud}}, disabled=["builtin"]).names("cleaner") == ["loud"]


@pytest.mark.fault("F92")
def test_a_name_that_is_installed_already_is_contested():
    catalogue = make_catalogue({"cleaner": {"clip": Loud}}, distribution="acme-ml")
    with pytest.raises(PluginError, match="acme-ml:clip"):
        catalogue.find("cleaner", "clip")
    assert catalogue.find("cleaner", "acme-ml:clip").target is Loud


def test_a_kind_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError, match="cleaners"):
        make_catalogue({"cleaners": {"loud": Loud}})


def test_a_project_writes_its_files_and_more(tmp_path):
    project = Project(tmp_path, {"conf/experiment/mine.yaml": "# mine\n"})
    assert (tmp_path / "conf/experiment/mine.yaml").read_text() == "# mine\n"
    assert project.write("data/rows.csv", "a,b\n").read_text() == "a,b\n"


def test_a_project_runs_commands_in_its_folder_and_finds_the_run(tmp_path):
    rows = "x,kind\n" + "".join(f"{row % 7},{'odd' if row % 2 else 'even'}\n" for row in range(40))
    words = ["source=csv", "source.path=rows.csv", "source.target=kind", "splitter=holdout", "model=GaussianNB"]
    outcome = Project(tmp_path, {"rows.csv": rows}).run(*words, "metrics=[accuracy]", "name=parity")
    outcome.assert_success()
    assert outcome.run.name == "parity"
    assert [run.path for run in outcome.runs] == [outcome.run.path]
    assert outcome.run.path.is_relative_to(tmp_path / "outputs")


def test_a_failed_command_shows_all_that_was_printed(tmp_path):
    outcome = Project(tmp_path).run("nonsense")
    with pytest.raises(AssertionError, match=r"(?s)'runner nonsense' ended with 2, not 0.*no command 'nonsense'"):
        outcome.assert_success()
    assert outcome.assert_code(2) is outcome


def test_a_project_hands_on_its_environment(tmp_path):
    told = Project(tmp_path, environment={"RUNNER_DISABLE": "builtin"}).run("plugins", "--json").assert_success()
    assert '"builtin"' not in told.out
