from __future__ import annotations

from importlib import util

import pytest
from jinja2 import UndefinedError

from runner.errors import PluginError
from runner.report.html import document
from runner.report.html.document import check_extra, render


def test_a_missing_library_is_named_with_the_extra_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "find_spec", lambda name: None if name == "matplotlib" else util.find_spec(name))
    with pytest.raises(PluginError, match=r"a report needs matplotlib, and .* has none: .*runner-ml\[report\]"):
        check_extra()


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="title"):
        render("run.html", sections=[])


def test_every_value_is_escaped() -> None:
    told = {"headlines": [], "sections": [], "state": "done", "versions": {"runner": "1"}, "id": "x", "lead": "&"}
    page = render("run.html", title="<script>alert(1)</script>", **told)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
