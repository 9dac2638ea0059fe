import pytest

from runner.catalogue import PluginError
from runner.lacking import brings, mended_by
from runner.testing import make_catalogue


def test_only_what_the_distribution_itself_names_is_advised():
    assert brings("optuna", "runner-ml") == "'runner-ml[optuna]'"
    assert brings("pluggy", "runner-ml") == "'pluggy<2,>=1.5'"
    assert brings("anything", "runner-ml") == brings("pluggy", "not-installed") == ""


def test_an_error_that_is_no_failed_import_has_no_command():
    assert (
        mended_by(ModuleNotFoundError("no", name="optuna.samplers"), "runner-ml") == "pip install 'runner-ml[optuna]'"
    )
    assert mended_by(ImportError("no"), "runner-ml") == mended_by(ValueError("no"), "runner-ml") == ""


def test_a_component_of_a_package_that_is_missing_is_told_with_what_brings_it(monkeypatch):
    monkeypatch.setattr("runner.lacking.requires", lambda name: ["acme-trees>=2; extra == 'trees'"])
    catalogue = make_catalogue({"model": {"tree": "acme_trees:Tree"}}, installed=False, distribution="acme")
    with pytest.raises(PluginError, match=r"no package named 'acme_trees' is installed. pip install 'acme\[trees\]'"):
        _ = catalogue.find("model", "tree").signature
