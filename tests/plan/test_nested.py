"""Sources inside sources and models inside models are checked before anything runs, and count in the outer key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.catalogue import Catalogue
from runner.checking import SettingError
from runner.errors import ConfigError
from runner.options import InputFile, ModelDeclaration, SourceDeclaration
from runner.plan.experiment import Experiment, resolve
from runner.plan.nested import absolute, declared_models, declared_sources, input_files, with_models
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


class Around:
    def __init__(self, *, model: ModelDeclaration, size: tuple[int, int] = (1, 2)) -> None:
        self.model, self.size = model, size

    def fit(self, X: Any, y: Any) -> Any:
        raise NotImplementedError

    def predict(self, X: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def catalogue() -> Catalogue:
    return make_catalogue({"source": {"wrap": Wrap, "plain": Plain}, "model": {"around": Around}})


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


# --- models ------------------------------------------------------------------------------------------------


def modelled(catalogue: Catalogue, model: Any, **more: Any) -> Experiment:
    outer = {"use": "around", "model": model}
    source = {"use": "plain", "path": "table.csv"}
    return resolve({"source": source, "splitter": "kfold", "model": outer, "executor": "inline", **more}, catalogue)


def test_a_model_inside_a_model_is_checked_in_its_place(catalogue: Catalogue) -> None:
    step = modelled(catalogue, {"use": "LogisticRegression", "C": 0.1}).one("model")
    assert step is not None
    assert [(inner.kind, inner.path, dict(inner.settings)) for inner in step.inner] == [
        ("model", "model.model.LogisticRegression", {"C": 0.1})
    ]
    deep = modelled(catalogue, {"use": "around", "model": {"use": "GaussianNB"}}).one("model")
    assert deep is not None
    assert deep.inner[0].inner[0].path == "model.model.model.GaussianNB"


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("GaussianNB", SettingError, "model.model: .*takes dictionary for 'model', got str 'GaussianNB'"),
        ({"C": 1}, ConfigError, "model.model: {'C': 1} declares no model"),
        ({"use": "GausianNB"}, ConfigError, "Did you mean 'GaussianNB'?"),
        ({"use": "softmax", "epoch": 3}, SettingError, "model.model.epoch: .*Did you mean 'epochs'?"),
        ({"use": "around"}, SettingError, "model.model.model"),
    ],
)
def test_a_mistake_in_an_inner_model_is_told_with_its_place(
    catalogue: Catalogue, model: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        modelled(catalogue, model)


def test_the_code_and_the_settings_of_the_inner_model_count(catalogue: Catalogue) -> None:
    declared = ({"use": "softmax"}, {"use": "softmax", "l2": 0.5}, {"use": "GaussianNB"})
    keys = {modelled(catalogue, model).one("model").key for model in declared}  # type: ignore[union-attr]
    assert len(keys) == 3


def test_an_optimizer_may_be_for_the_inner_model(catalogue: Catalogue) -> None:
    modelled(catalogue, {"use": "softmax"}, optimizer="adam")
    with pytest.raises(ConfigError, match="takes no optimizer"):
        modelled(catalogue, {"use": "GaussianNB"}, optimizer="adam")


def test_a_model_takes_the_place_of_its_declaration_and_nothing_else_changes() -> None:
    options = [
        Option("one", ModelDeclaration),
        Option("many", dict[str, ModelDeclaration] | None, None),
        Option("row", list[ModelDeclaration]),
        Option("size", tuple[int, int]),
    ]
    one, two, three = {"use": "a"}, {"use": "b"}, {"use": "c"}
    settings = {"one": one, "many": {"x": two}, "row": [three], "size": (1, 2), "extra": 5}
    assert list(declared_models(options, settings)) == [("one", one), ("many.x", two), ("row[0]", three)]
    made = with_models(options, settings, lambda key, declared: f"{declared['use']} for {key}")
    assert made == {
        "one": "a for one", "many": {"x": "b for many.x"}, "row": ["c for row[0]"], "size": (1, 2), "extra": 5
    }  # fmt: skip
    assert settings["one"] is one, "the settings given stay as they are"
    assert with_models(options, {"one": None}, lambda *_: 1) == {"one": None}
