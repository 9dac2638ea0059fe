from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import IntegrityError
from runner.record import strict_json


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@dataclass(frozen=True)
class Point:
    x: float
    place: Path


def test_numbers_that_are_not_finite_become_null_and_are_listed_by_their_place() -> None:
    value = {"folds": [{"rmse": float("nan")}, {"rmse": 1.0}], "total": {"rmse": np.float64("-inf")}}
    assert json.loads(strict_json.dumps(value)) == {
        "folds": [{"rmse": None}, {"rmse": 1.0}],
        "total": {"rmse": None},
        "non_finite": ["folds.0.rmse", "total.rmse"],
    }


def test_a_list_of_places_already_there_is_extended() -> None:
    value = {"a": float("inf"), "non_finite": ["elsewhere"]}
    assert json.loads(strict_json.dumps(value))["non_finite"] == ["elsewhere", "a"]


def test_a_finite_record_has_no_list_of_places() -> None:
    assert json.loads(strict_json.dumps({"a": 1.0})) == {"a": 1.0}


def test_an_array_with_nan_is_listed_cell_by_cell() -> None:
    value = json.loads(strict_json.dumps({"m": np.array([[1.0, np.nan], [np.inf, 2.0]])}))
    assert value == {"m": [[1.0, None], [None, 2.0]], "non_finite": ["m.0.1", "m.1.0"]}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (np.str_("a"), "a"),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([1, "x", None], dtype=object), [1, "x", None]),
        (np.datetime64("2026-01-31T12:00:00.5", "ns"), "2026-01-31T12:00:00.500000000"),
        (Path("a/b"), "a/b"),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00+00:00"),
        (Point(1.0, Path("p")), {"x": 1.0, "place": "p"}),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        ((1, (2,)), [1, [2]]),
        ({1: "a", Colour.RED: "b"}, {"1": "a", "red": "b"}),
        ("naïve ✓", "naïve ✓"),
        (2**70, 2**70),
    ],
)
def test_what_a_record_may_hold(value: object, plain: object) -> None:
    assert json.loads(strict_json.dumps(value)) == plain


@pytest.mark.parametrize("value", [{1, 2}, b"x", object(), 1j, np.array([1j]), lambda: 0, Point])
def test_anything_else_is_a_type_error_that_names_its_place(value: object) -> None:
    with pytest.raises(TypeError, match=r"'a\.0' is .* which a record cannot hold"):
        strict_json.dumps({"a": [value]})


def test_keys_that_are_no_texts_are_refused() -> None:
    with pytest.raises(TypeError, match=r"'a' has the key \(1, 2\)"):
        strict_json.dumps({"a": {(1, 2): 3}})


def test_two_keys_written_alike_are_refused_rather_than_one_lost() -> None:
    with pytest.raises(TypeError, match="the record itself has two keys that are written '1'"):
        strict_json.dumps({1: "a", "1": "b"})


def test_half_a_surrogate_pair_is_written_as_an_escape_that_json_knows(tmp_path: Path) -> None:
    strict_json.write(tmp_path / "x.json", {"argv": "caf\udce9"})
    assert json.loads((tmp_path / "x.json").read_bytes()) == {"argv": "caf\udce9"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_values_come_back_as_they_were(value: object) -> None:
    assert json.loads(strict_json.dumps(value)) == value


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": ', "", "\xff"])
def test_reading_what_is_not_strict_json_is_an_integrity_error_with_the_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(IntegrityError, match=r"x\.json' cannot be read"):
        strict_json.read(path)


def test_reading_a_missing_file_is_an_integrity_error(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="No such file"):
        strict_json.read(tmp_path / "x.json")


def test_writing_replaces_the_file_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    strict_json.write(path, {"a": 1})
    strict_json.write(path, {"a": 2})
    assert strict_json.read(path) == {"a": 2}
    assert list(tmp_path.iterdir()) == [path]
