from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from runner.data import Dataset
from runner.store.payloads import NotHeldError
from runner.store.store import Store
from runner.store.values import laid_out


def back(store: Store, value: Any) -> Any:
    key = "ab" * 32
    assert store.put(key, value, {}) is not None
    return store.get(key)


def test_a_tree_of_plain_values_comes_back_with_its_types(store: Store) -> None:
    value = {
        "b": [1, 2.5, True, None, "é\ud800", -(2**70)],
        "a": ({"": ()}, [], {}),
        "limits": [math.inf, -math.inf, 0.1, -0.0],
    }
    found = back(store, value)
    assert found == value
    assert list(found) == ["b", "a", "limits"]
    assert type(found["a"]) is tuple
    assert found["b"][2] is True
    assert math.copysign(1, found["limits"][3]) == -1


def test_not_a_number_comes_back_as_that(store: Store) -> None:
    assert math.isnan(back(store, math.nan))


@pytest.mark.parametrize(
    "scalar", [np.float32(0.1), np.int8(-3), np.bool_(True), np.str_("né"), np.datetime64("2026-01-31")]
)
def test_a_numpy_scalar_keeps_its_type(store: Store, scalar: np.generic) -> None:
    found = back(store, {"x": scalar})["x"]
    assert found == scalar
    assert type(found) is type(scalar)
    assert found.dtype == scalar.dtype


def test_a_dataset_comes_back_with_all_its_fields(store: Store) -> None:
    dataset = Dataset.of(
        np.arange(6.0).reshape(3, 2), np.array(["a", "b", "a"], dtype=object), fingerprint="f0", groups=[1, 1, 2]
    )
    dataset = dataset.drop(np.array([False, True, False]), "duplicates")
    found = back(store, dataset)
    assert type(found) is Dataset
    np.testing.assert_array_equal(found.features, dataset.features)
    assert found.target.tolist() == ["a", "a"]
    assert found.row_ids.tolist() == [0, 2]
    assert found.groups.tolist() == [1, 2]
    assert (found.fingerprint, found.dropped) == ("f0", {"duplicates": 1})
    assert back_of_none(store)


def back_of_none(store: Store) -> bool:
    key = "cd" * 32
    store.put(key, Dataset.of(np.zeros((2, 1))), {})
    found = store.get(key)
    return found.target is None and found.groups is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"model": object()}, r"type 'builtins\.object'"),
        ({1: "x"}, "the key 1, which is no text"),
        ({3, 4}, r"type 'builtins\.set'"),
        (2**5000, r"type 'builtins\.int'"),
        (np.array([{}, "x"], dtype=object), "objects, among them of type dict"),
        (np.array(["x", None], dtype=object), "objects, among them of type NoneType"),
        (np.zeros(2, dtype=[("a", "f4")]), "an array of type"),
        (np.ma.masked_array([1, 2]), "MaskedArray"),
    ],
)
def test_what_would_come_back_otherwise_is_not_held_and_the_reason_is_named(value: Any, words: str) -> None:
    with pytest.raises(NotHeldError, match=words):
        laid_out(value)


def test_a_value_that_contains_itself_is_not_held() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(NotHeldError, match="nested more than"):
        laid_out(loop)


def test_a_value_that_cannot_be_held_leaves_nothing_on_the_disk(store: Store, key: str) -> None:
    assert store.put(key, {"X": np.zeros(3), "model": object()}, {}) is None
    assert not store.root.exists()
    assert not store.has(key)
