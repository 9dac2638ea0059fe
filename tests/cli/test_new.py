"""`runner new`: what is made, what is refused, and that what is made works."""

import pytest

from runner.cli import main
from runner.testing import Project


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plugin_is_made_in_a_folder_of_its_own_and_never_over_another(here, capsys):
    assert main(["new", "plugin", "acme", "--kind", "cleaner:shout", "--kind", "metrics", "--to", "below"]) == 0
    folder = here / "below" / "runner-acme"
    assert (folder / "runner_acme/shout.py").is_file()
    assert (folder / "runner_acme/acme_metric.py").is_file()
    assert "runner +experiment=acme" in capsys.readouterr().out
    assert main(["new", "plugin", "acme", "--kind", "cleaner", "--to", "below"]) == 2
    assert "runner-acme' exists already and is left as it is" in capsys.readouterr().err


def test_a_plugin_without_a_kind_is_refused_with_the_kinds(here, capsys):
    assert main(["new", "plugin", "acme"]) == 2
    assert "say what it offers, as in '--kind cleaner'. Kinds: source, cleaner" in capsys.readouterr().err


def test_a_component_joins_the_package_one_stands_in(here, capsys, monkeypatch):
    main(["new", "plugin", "acme", "--kind", "cleaner"])
    monkeypatch.chdir(here / "runner-acme")
    assert main(["new", "component", "metric", "cost"]) == 0
    assert '"cost": "runner_acme.cost:Cost",' in (here / "runner-acme/runner_acme/hooks.py").read_text()
    assert (here / "runner-acme/tests/test_cost.py").is_file()
    assert main(["new", "component", "metric", "cost"]) == 2
    assert "cost.py' and 'tests/test_cost.py' cannot be written over" in capsys.readouterr().err


def test_a_hook_module_of_another_style_is_left_alone_and_the_offer_shown(here, capsys, monkeypatch):
    main(["new", "plugin", "acme", "--kind", "cleaner"])
    hooks = here / "runner-acme/runner_acme/hooks.py"
    hooks.write_text("import runner\n")
    monkeypatch.chdir(here / "runner-acme")
    assert main(["new", "component", "metric", "cost"]) == 0
    told = capsys.readouterr().out
    assert "Add this offer to it yourself" in told
    assert '"cost": "runner_acme.cost:Cost",' in told
    assert hooks.read_text() == "import runner\n"


def test_a_component_outside_of_a_plugin_is_refused(here, capsys):
    assert main(["new", "component", "metric", "cost"]) == 2
    assert "has no pyproject.toml, so it is no plugin's project" in capsys.readouterr().err


def test_an_experiment_begun_from_another_composes_as_it_does(here, capsys):
    assert main(["new", "experiment", "mine", "--from", "digits"]) == 0
    project = Project(here)
    own = project.run("+experiment=mine", "--cfg", "job").assert_success().out
    assert own == project.run("+experiment=digits", "--cfg", "job").out
    assert main(["new", "experiment", "mine", "--from", "digits"]) == 2
    assert "there is an experiment 'mine' already, of ./conf" in capsys.readouterr().err
