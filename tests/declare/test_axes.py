from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.utils import create_config_search_path
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from runner.contracts import Axis
from runner.declare.axes import axis, parsed, taken_apart, written
from runner.errors import ConfigError

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=8).filter(
    lambda text: "${" not in text
)
tricky = st.text(st.sampled_from("ab1_- \"'\\,:=[]{}()$\n\té"), max_size=8).filter(lambda text: "${" not in text)
words = st.sampled_from(["null", "True", "NaN", "inf", "1", "1e3", "-", "a-b", "a.b", "_x", "1a", "~", "a b", ""])
numbers = st.integers() | st.floats(allow_nan=False)
atoms = st.none() | st.booleans() | numbers | texts | tricky | words
names = st.from_regex(r"[a-z][a-z0-9_]{0,4}", fullmatch=True).filter(lambda name: name not in ("null", "true", "inf"))
values = st.recursive(
    atoms, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)

PARSER = OverridesParser.create()


@pytest.fixture
def globbing(tmp_path: Path) -> OverridesParser:
    """A parser that knows the options of the group `model`."""
    for name in ("ridge", "ridge_wide", "softmax"):
        path = tmp_path / "model" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("use: me\n")
    loader = ConfigLoaderImpl(create_config_search_path(str(tmp_path)))
    return OverridesParser.create(config_loader=loader)


def alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


@given(values)
def test_a_value_written_is_read_back_as_itself(value: Any) -> None:
    again = parsed("x", written(value), PARSER, "here").values
    assert again is not None
    assert alike(again[0], value), (written(value), again)
    assert len(again) == 1


@given(st.lists(values, min_size=2, max_size=3))
def test_choices_written_side_by_side_are_an_axis_of_them(several: list[Any]) -> None:
    word = "model.x=" + ",".join(map(written, several))
    found = taken_apart([word], PARSER).axes["model.x"].values
    assert found is not None
    assert all(alike(one, other) for one, other in zip(found, several, strict=True)), (word, found)


def test_an_object_cannot_be_written() -> None:
    with pytest.raises(ConfigError, match="cannot be written as a word"):
        written(object())


def test_words_part_into_fixed_ones_and_axes() -> None:
    words = taken_apart(["+experiment=digits", "model.l2=0.1,1", "seed=3", "++model.epochs=5,null"], PARSER)
    assert words.fixed == ("+experiment=digits", "seed=3")
    assert words.axes == {"model.l2": Axis("model.l2", (0.1, 1)), "model.epochs": Axis("model.epochs", (5, None))}
    cell = {"model.l2": 1, "model.epochs": None}
    assert words.of(cell) == ["+experiment=digits", "seed=3", "model.l2=1", "++model.epochs=null"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2.5,a", (1, 2.5, "a")),
        ("choice(1,2)", (1, 2)),
        ("range(1,4)", (1, 2, 3)),
        ("range(0,1,0.5)", (0.0, 0.5)),
        ("sort(3,1,2)", (1, 2, 3)),
        ("'a,b',c", ("a,b", "c")),
        ("[tfidf],[tfidf,PCA],[]", (["tfidf"], ["tfidf", "PCA"], [])),
        ("{a:1},{a:2,b:[x]}", ({"a": 1}, {"a": 2, "b": ["x"]})),
        ("true,null", (True, None)),
    ],
)
def test_what_can_be_listed_is_listed_with_its_types(text: str, values: tuple[Any, ...]) -> None:
    found = taken_apart([f"model.x={text}"], PARSER).axes["model.x"]
    assert found.values is not None
    assert all(alike(one, other) for one, other in zip(found.values, values, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("interval(0.1,1)", Axis("model.hint", None, 0.1, 1.0)),
        ("interval(1,10)", Axis("model.hint", None, 1.0, 10.0)),
        ("int(interval(1,10))", Axis("model.hint", None, 1, 10, integer=True)),
        ("tag(log,interval(1e-5,1))", Axis("model.hint", None, 1e-5, 1.0, log=True)),
        ("tag(log,int(interval(1,100)))", Axis("model.hint", None, 1, 100, log=True, integer=True)),
    ],
)
def test_an_interval_is_of_real_numbers_unless_it_is_cast(text: str, expected: Axis) -> None:
    assert taken_apart([f"model.hint={text}"], PARSER).axes == {"model.hint": expected}
    assert parsed("model.hint", text, PARSER, "sweep.grid") == expected


def test_one_value_in_a_file_is_an_axis_of_one() -> None:
    assert parsed("model", "softmax", PARSER, "sweep.grid") == Axis("model", ("softmax",))
    assert parsed("x", "[1,2]", PARSER, "sweep.grid").values == ([1, 2],)


def test_a_group_can_be_chosen_from_and_a_glob_means_its_options(globbing: OverridesParser) -> None:
    assert taken_apart(["model=ridge,softmax"], globbing).axes["model"].values == ("ridge", "softmax")
    assert taken_apart(["model=glob(ridge*)"], globbing).axes["model"].values == ("ridge", "ridge_wide")
    assert taken_apart(["model=glob(*,exclude=*_wide)"], globbing).axes["model"].values == ("ridge", "softmax")


def test_a_step_added_by_a_sweep_is_added_in_each_trial() -> None:
    words = taken_apart(["+cleaners=drop_missing,drop_duplicates"], PARSER)
    assert words.of({"cleaners": "drop_missing"}) == ["+cleaners=drop_missing"]


@pytest.mark.parametrize("word", ["hydra.job.num=1,2", "outputs=a,b", "sweep.time=1,2", "repeat.seeds=range(1,3)"])
def test_what_belongs_to_the_sweep_cannot_be_swept(word: str) -> None:
    with pytest.raises(ConfigError, match="is the sweep's and not its trials'"):
        taken_apart([word], PARSER)


def test_an_empty_interval_says_where_it_was_written() -> None:
    with pytest.raises(ConfigError, match=r"the command line\.x: interval\(2\.0, 1\.0\) is empty"):
        taken_apart(["x=interval(2,1)"], PARSER)
    with pytest.raises(ConfigError, match=r"sweep\.grid\.x: interval"):
        axis("x", PARSER.parse_override("x=tag(log,interval(0,1))"), PARSER, "sweep.grid")


@pytest.mark.parametrize("word", ["interpret.worst=1,2", "report=none,html"])
def test_what_is_told_of_a_run_is_no_axis(word: str) -> None:
    with pytest.raises(ConfigError, match="is the sweep's and not its trials'"):
        taken_apart([word], PARSER)
