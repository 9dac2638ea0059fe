"""What a component lacks is read from its source: needed, perhaps needed, or not its business."""

import sys

import pytest

from runner.doctor.extras import extras, lacks
from runner.testing import make_catalogue

FILES = {
    "__init__.py": "",
    "own.py": """
from typing import TYPE_CHECKING

import numpy

from acme_lacking import drivers

if TYPE_CHECKING:
    import only_for_types


class Needs:
    def load(self, context):
        import absent_needed  # "… pip install 'acme-lacking[fast]'"


class Other:
    def load(self, context):
        import absent_of_another
""",
    "drivers.py": "def connect(kind):\n    import absent_driver\n",
}


@pytest.fixture
def offer(tmp_path, monkeypatch):
    package = tmp_path / "acme_lacking"
    package.mkdir()
    for name, text in FILES.items():
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    target = "acme_lacking.own:Needs"
    return make_catalogue({"source": {"needs": target}}, installed=False).find("source", "needs")


def test_what_its_own_class_imports_is_needed_and_what_a_neighbour_imports_when_called_perhaps(offer):
    assert {lack.package: lack.perhaps for lack in lacks(offer)} == {"absent_needed": False, "absent_driver": True}
    assert "acme_lacking" not in sys.modules


def test_what_the_neighbours_of_a_librarys_own_class_import_is_not_asked_for(monkeypatch):
    monkeypatch.setattr("runner.doctor.extras.find_spec", lambda name: None)
    assert lacks(make_catalogue().find("model", "Ridge")) == []


def test_each_is_told_with_the_command_that_brings_it(offer):
    needed, perhaps, summary = extras([offer, offer])
    assert (needed.what, needed.mend, needed.code) == (
        "source 'needs' of local 0 needs 'absent_needed', which is not installed",
        "pip install 'acme-lacking[fast]'",
        4,
    )
    assert (perhaps.state, perhaps.mend) == ("note", "pip install absent_driver")
    assert summary.what == "0 of its 1 components find all that they import"


def test_an_extra_is_found_in_the_metadata_of_the_distribution(monkeypatch):
    monkeypatch.setattr("runner.doctor.extras.find_spec", lambda name: None if name == "optuna" else name)
    monkeypatch.setattr("runner.doctor.extras._ADVICE", __import__("re").compile("(?!)(x)"))
    told = list(extras([make_catalogue().find("search", "tpe")]))
    assert told[0].mend == "pip install 'runner-ml[optuna]'"
