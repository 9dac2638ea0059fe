from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.store.store import Store

pytest.importorskip("pyarrow")

HELD = {
    "numbers": pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": np.array([1, 2], dtype=np.int8)}),
    "texts": pd.DataFrame({"text": ["é", "x" * 300]}),
    "objects": pd.DataFrame({"text": pd.Series(["a", "b"], dtype=object)}),
    "absent as NaN": pd.DataFrame({"text": pd.Series(["a", np.nan, "b"], dtype=object)}),
    "absent as None": pd.DataFrame({"text": pd.Series(["a", None, "b"], dtype=object)}),
    "categories": pd.DataFrame({"c": pd.Categorical(["x", "y", "x"], categories=["z", "y", "x"])}),
    "dates": pd.DataFrame({"d": pd.to_datetime(["2026-01-31", None])}),
    "whole numbers as names": pd.DataFrame({0: [1.0], 1: [2.0]}),
    "columns numbered": pd.DataFrame(np.ones((2, 3))),
    "two columns of one name": pd.DataFrame([[1, 2.0]], columns=["a", "a"]),
    "columns with a name": pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], name="both")),
    "rows chosen": pd.DataFrame({"a": [1, 2, 3]}).iloc[[2, 0]],
    "rows stepped": pd.DataFrame({"a": [1, 2, 3]}).iloc[::2],
    "no rows": pd.DataFrame({"a": pd.Series([], dtype=np.float32)}),
    "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int32"), "b": pd.array([True, None], dtype="boolean")}),
}


@pytest.mark.parametrize("name", HELD)
def test_a_frame_comes_back_the_very_same(store: Store, key: str, name: str) -> None:
    frame = HELD[name]
    before = frame.copy()
    assert store.put(key, {"X": frame}, {}) is not None
    found = store.get(key)["X"]
    pd.testing.assert_frame_equal(found, before, check_index_type="exact", check_column_type="exact")
    pd.testing.assert_frame_equal(frame, before)
    for mine, other in zip(before.to_numpy(object).ravel(), found.to_numpy(object).ravel(), strict=True):
        assert type(mine) is type(other), "None stays None and NaN stays NaN"


NOT_HELD = {
    "objects of many types": pd.DataFrame({"a": pd.Series([1, "x"], dtype=object)}),
    "None and NaN": pd.DataFrame({"a": pd.Series(["x", None, np.nan], dtype=object)}),
    "index of texts": pd.DataFrame({"a": [1]}, index=["x"]),
    "columns in levels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
    "columns named by dates": pd.DataFrame([[1]], columns=pd.to_datetime(["2026-01-31"])),
    "complex numbers": pd.DataFrame({"a": [1j]}),
}


@pytest.mark.parametrize("name", NOT_HELD)
def test_a_frame_that_would_come_back_otherwise_is_not_held(store: Store, key: str, name: str) -> None:
    assert store.put(key, NOT_HELD[name], {}) is None
    assert not store.root.exists()


def test_a_frame_with_attributes_of_its_own_is_not_held(store: Store, key: str) -> None:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["unit"] = "cm"
    assert store.put(key, frame, {}) is None


def test_without_pyarrow_frames_are_not_held_and_nothing_else_changes(
    store: Store, key: str, monkeypatch: Any
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert store.put(key, pd.DataFrame({"a": [1]}), {}) is None
    assert store.put(key, {"a": np.zeros(2)}, {}) is not None


def test_a_frame_that_was_kept_with_pyarrow_is_a_miss_without_it(store: Store, key: str, monkeypatch: Any) -> None:
    store.put(key, pd.DataFrame({"a": [1]}), {})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert store.get(key) is None
    assert store.has(key), "sound, and of use to others"
