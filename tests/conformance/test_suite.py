import pytest

from runner.conformance.suite import BY_KIND
from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.testing import checks, make_catalogue


class Hits:
    direction, needs, task = "maximize", "labels", "classification"

    def score(self, truth, prediction):
        return float((truth == prediction.labels).mean())


@pytest.fixture
def catalogue():
    return make_catalogue({"metric": {"hits": Hits, "strikes": Hits}}, installed=False, distribution="acme-ml")


def test_every_kind_has_checks():
    assert set(BY_KIND) == set(KINDS)


def test_a_check_reads_as_a_test_id(catalogue):
    assert "metric hits: gives a finite number" in [str(check) for check in checks("acme-ml", catalogue=catalogue)]


def test_ids_are_unique(catalogue):
    ids = [str(check) for check in checks("acme-ml", catalogue=catalogue)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["runner_builtin", "runner_builtin.hooks", "runner-ml", "builtin"])
def test_a_plugin_is_found_by_package_module_distribution_and_entry_point(name):
    assert str(checks(name)[0]).startswith("plugin builtin: ")


def test_an_unknown_package_is_refused_with_the_nearest_names():
    with pytest.raises(ConfigError, match=r"'runner_bultin'. Did you mean 'runner_builtin'"):
        checks("runner_bultin")


def test_components_can_be_left_out_by_name_and_by_path(catalogue):
    left = checks("local", leave_out=["hits"], catalogue=catalogue)
    assert not [check for check in left if "hits" in str(check)]
    left = checks("local", leave_out=["metric.hits", "strikes"], catalogue=catalogue)
    assert {check.subject.label for check in left} == {"plugin local"}


def test_leaving_out_what_is_not_there_is_refused(catalogue):
    with pytest.raises(ConfigError, match=r"leave_out: the plugin offers no 'hit'. Did you mean 'hits'"):
        checks("local", leave_out=["hit"], catalogue=catalogue)


def test_options_for_what_is_not_there_are_refused(catalogue):
    with pytest.raises(ConfigError, match=r"options: the plugin offers no 'hits'. Offered: metric.hits"):
        checks("local", options={"hits": {}}, catalogue=catalogue)
