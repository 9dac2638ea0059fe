"""Sources inside sources are checked before anything runs, and count in the key of the outer one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.catalogue import Catalogue
from runner.checking import SettingError
from runner.errors import ConfigError
from runner.options import InputFile, SourceDeclaration
from runner.plan.experiment import Experiment, resolve
from runner.plan.nested import absolute, declared_sources, input_files
from runner.signature import Option
from runner.testing import make_catalogue


class Wrap:
    def __init__(self, *, read: SourceDeclaration, more: dict[str, SourceDeclaration] | None = None) -> None:
        self.read, self.more = read, more

    def load(self, context: Any) -> Any:
        return context.source(self.read).load(context)


class Plain:
    def __init__(self, *, path: str, size: int = 1) -> None:
        self.path, self.size = path, size

    def load(self, context: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def catalogue() -> Catalogue:
    return make_catalogue({"source": {"wrap": Wrap, "plain": Plain}})


def experiment(catalogue: Catalogue, source: dict[str, Any]) -> Experiment:
    return resolve({"source": source, "splitter": "kfold", "model": "GaussianNB", "executor": "inline"}, catalogue)


def test_what_the_outer_source_will_give_may_be_left_out(catalogue: Catalogue) -> None:
    step = experiment(catalogue, {"use": "wrap", "read": {"use": "plain", "size": 2}}).one("source")
    assert step is not None
    assert [(inner.name, inner.path, dict(inner.settings)) for inner in step.inner] == [
        ("plain", "source.read.plain", {"size": 2})
    ]


@pytest.mark.parametrize(
    ("read", "error", "message"),
    [
        ({"use": "plain", "siz": 2}, SettingError, "source.read.siz: .*Did you mean 'size'?"),
        ({"use": "plain", "size": "big"}, SettingError, "source.read.size: .*takes a whole number"),
        ({"use": "plian"}, ConfigError, "Did you mean 'plain'?"),
        ({"size": 2}, ConfigError, "source.read: {'size': 2} declares no source"),
        ({"use": "wrap", "read": {"use": "plain", "siz": 2}}, SettingError, "source.read.read.siz"),
    ],
)
def test_a_mistake_inside_is_told_with_its_place(
    catalogue: Catalogue, read: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        experiment(catalogue, {"use": "wrap", "read": read})


def test_the_code_and_the_settings_of_the_inner_source_count(catalogue: Catalogue) -> None:
    def key(**settings: Any) -> str:
        step = experiment(catalogue, {"use": "wrap", "read": {"use": "plain", **settings}}).one("source")
        assert step is not None
        return step.key

    assert key(size=2) != key(size=3)
    assert key(size=2) == key(size=2)


def test_marked_values_are_found_in_lists_and_mappings() -> None:
    options = [
        Option("one", SourceDeclaration),
        Option("many", dict[str, SourceDeclaration] | None),
        Option("row", list[SourceDeclaration]),
        Option("file", InputFile | None),
        Option("plain", str),
    ]
    settings = {
        "one": {"use": "a"},
        "many": {"x": {"use": "b"}},
        "row": [{"use": "c"}],
        "file": "f.csv",
        "plain": "p",
    }
    assert list(declared_sources(options, settings)) == [
        ("one", {"use": "a"}),
        ("many.x", {"use": "b"}),
        ("row[0]", {"use": "c"}),
    ]
    assert input_files(options, settings) == {"file": "f.csv"}
    assert input_files(options, {}) == {}


def test_a_relative_path_is_meant_from_the_folder() -> None:
    assert absolute("a/b.csv", Path("/data")) == Path("/data/a/b.csv")
    assert absolute("/x.csv", Path("/data")) == Path("/x.csv")
