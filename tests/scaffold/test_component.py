import pytest

from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.scaffold.component import NewComponent, check_component, check_name, kind_of
from runner.testing import make_catalogue


def test_a_kind_is_known_by_its_name_and_by_its_group():
    assert [kind_of(kind.name) for kind in KINDS.values()] == [kind_of(kind.group) for kind in KINDS.values()]
    with pytest.raises(ConfigError, match=r"no kind 'metrik'. Did you mean 'metric'"):
        kind_of("metrik")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Shout", "shout"), ("2nd", "drop_empty"), ("a-b", "a_b"), ("", "drop_empty"), ("class", "my_class"),
     ("a b", "a_b"), ("größe", "gr_e"), ("shout_", "shout"), ("../up", "up")],
)  # fmt: skip
def test_a_name_that_could_not_be_a_modules_is_refused_with_one_that_could(name, nearest):
    with pytest.raises(ConfigError, match=rf"cannot be the name of a component: .* '{nearest}' would be one"):
        check_name(name, "component")
    check_name(nearest, "component")


def test_a_name_is_bounded():
    check_name("a" * 20, "plugin")
    with pytest.raises(ConfigError, match="has 31 letters; a component's has at most 30"):
        check_name("a" * 31, "component")


@pytest.mark.parametrize("name", ["hooks", "conf", "none", "experiment"])
def test_a_name_that_means_something_else_is_refused(name):
    with pytest.raises(ConfigError, match="means something else"):
        check_component(NewComponent("cleaner", name, "acme"), make_catalogue(installed=False))


@pytest.mark.parametrize(
    ("kind", "name"), [("cleaner", "dataset"), ("cleaner", "true"), ("exporter", "path"), ("model", "any")]
)
def test_a_name_whose_class_means_something_in_its_file_is_refused_with_one_that_does_not(kind, name):
    catalogue = make_catalogue(installed=False)
    with pytest.raises(ConfigError, match=rf"the class '{name.title()}', .* such as '{name}_{kind}'"):
        check_component(NewComponent(kind, name, "acme"), catalogue)
    check_component(NewComponent(kind, f"{name}_{kind}", "acme"), catalogue)


def test_a_name_that_is_offered_is_refused_with_who_offers_it():
    catalogue = make_catalogue({"metric": {"luck": "acme.luck:Luck"}}, installed=False, distribution="acme-ml")
    with pytest.raises(ConfigError, match=r"metric 'luck' is offered by acme-ml 0 already"):
        check_component(NewComponent("metric", "luck", "other"), catalogue)
    check_component(NewComponent("cleaner", "luck", "other"), catalogue)


def test_a_component_of_a_nested_package_stands_in_its_folder():
    component = NewComponent("metric", "luck", "acme.parts")
    assert list(component.files()) == ["acme/parts/luck.py", "tests/test_luck.py"]
    assert component.target == "acme.parts.luck:Luck"
