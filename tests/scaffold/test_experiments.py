import pytest

from runner.conf_places import ConfPlace
from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.scaffold.component import NewComponent
from runner.scaffold.experiments import copied, experiments

TEXT = "# @package _global_\n# Rows of ours.  # and a remark\nseed: 1   # odd spacing\n"


def of(*kinds):
    return experiments("acme", [NewComponent(kind, f"acme_{kind}", "runner_acme") for kind in kinds])


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_component_of_any_kind_is_chosen_by_the_experiment_of_its_plugin(kind):
    (text,) = of(kind.name).values()
    (line,) = [line for line in text.splitlines() if f"override /{kind.group}:" in line]
    assert f"acme_{kind.name}" in line


def test_a_new_model_is_apart_from_what_needs_the_usual_one():
    both = of("model", "optimizer", "metric")
    assert list(both) == ["acme", "acme_model"]
    assert "acme_optimizer" in both["acme"]
    assert "acme_metric" in both["acme"]
    assert "acme_model" not in both["acme"]
    assert "optimizer" not in both["acme_model"]


@pytest.fixture
def places(tmp_path):
    (tmp_path / "experiment" / "deep").mkdir(parents=True)
    (tmp_path / "experiment" / "rows.yaml").write_text(TEXT)
    (tmp_path / "experiment" / "deep" / "er.yaml").write_text("seed: 2\n")
    return [ConfPlace("./conf", tmp_path)]


def test_a_copy_is_the_text_itself_comments_and_spacing_included(places):
    assert copied("mine", "rows", places) == TEXT
    assert copied("mine", "deep/er", places) == "seed: 2\n"


def test_a_name_that_is_taken_is_refused_with_who_has_it(places):
    with pytest.raises(ConfigError, match=r"an experiment 'rows' already, of ./conf \('.*rows.yaml'\)"):
        copied("rows", "rows", places)


def test_an_experiment_that_is_not_there_is_told_with_the_nearest(places):
    with pytest.raises(ConfigError, match=r"no experiment 'row' to begin from. Did you mean 'rows'"):
        copied("mine", "row", places)


@pytest.mark.parametrize("name", ["", "a/b", "../up", "a=b", "-m", "a.b"])
def test_a_name_that_could_not_be_given_on_a_command_line_is_refused(name, places):
    with pytest.raises(ConfigError, match="cannot be the name of an experiment"):
        copied(name, "rows", places)
