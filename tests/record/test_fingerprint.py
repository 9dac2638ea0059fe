from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import Dataset
from runner.record.fingerprint import fingerprint


def _hash(features: Any) -> str:
    return fingerprint(Dataset.of(features))["sha256"]


FRAME = pd.DataFrame(
    {
        "number": [1.0, np.nan, 3.0],
        "text": ["a", None, "ü"],
        "kind": pd.Categorical(["x", "y", "x"]),
        "day": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
        "hour": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]).tz_localize("UTC"),
        "maybe": pd.array([1, None, 3], dtype="Int64"),
        "mixed": pd.Series([1, "a", None], dtype=object),
    }
)


def test_a_frame_tells_its_columns_with_their_types() -> None:
    told = fingerprint(Dataset.of(FRAME, ["p", "q", "p"], fingerprint="abc"))
    assert (told["kind"], told["rows"], told["source"]) == ("frame", 3, "abc")
    assert [(column["name"], column["number"]) for column in told["columns"]] == [
        ("number", True),
        ("text", False),
        ("kind", False),
        ("day", False),
        ("hour", False),
        ("maybe", True),
        ("mixed", False),
    ]
    assert told["target"]["shape"] == [3]


def test_equal_data_have_equal_fingerprints() -> None:
    assert fingerprint(Dataset.of(FRAME)) == fingerprint(Dataset.of(FRAME.copy()))


@pytest.mark.parametrize("column", list(FRAME.columns))
def test_one_changed_cell_of_any_type_changes_the_hash(column: str) -> None:
    changed = FRAME.copy()
    changed.loc[0, column] = FRAME.loc[2, column] if column != "kind" else "y"
    assert _hash(changed) != _hash(FRAME)


@pytest.mark.parametrize(
    "other",
    [
        FRAME.iloc[[1, 0, 2]],
        FRAME.iloc[:2],
        FRAME.rename(columns={"text": "txt"}),
        FRAME[FRAME.columns[::-1]],
        FRAME.astype({"number": "float32"}),
    ],
    ids=["order of rows", "fewer rows", "name", "order of columns", "type"],
)
def test_order_names_and_types_count(other: pd.DataFrame) -> None:
    assert _hash(other) != _hash(FRAME)


def test_texts_cannot_be_cut_differently_without_changing_the_hash() -> None:
    hashes = {_hash(np.array(texts, dtype=object)) for texts in (["ab", "c"], ["a", "bc"], ["abc", ""], [b"ab", "c"])}
    assert len(hashes) == 4


def test_a_text_is_not_the_object_that_looks_like_it() -> None:
    assert len({_hash(np.array([item], dtype=object)) for item in ("None", None, 1, "1")}) == 4


def test_the_hash_of_an_array_does_not_depend_on_its_layout_in_memory() -> None:
    array = np.arange(24.0).reshape(4, 6)
    assert _hash(array) == _hash(np.asfortranarray(array)) == _hash(np.repeat(array, 2, axis=1)[:, ::2])
    assert _hash(array) != _hash(array.reshape(6, 4))


def test_arrays_of_texts_and_images_and_no_rows_have_fingerprints() -> None:
    assert _hash(np.array(["abc", "d"])) != _hash(np.array(["abc", "e"]))
    assert fingerprint(Dataset.of(np.zeros((2, 8, 8), dtype=np.uint8)))["shape"] == [2, 8, 8]
    assert fingerprint(Dataset.of(np.zeros((0, 3))))["rows"] == 0


def test_many_rows_are_hashed_in_blocks_to_the_same_hash() -> None:
    large = np.arange(3_000_000, dtype=float).reshape(-1, 3)
    other = large.copy()
    other[-1, -1] += 1
    assert _hash(large) == _hash(np.asfortranarray(large)) != _hash(other)


def test_a_csr_matrix_counts_by_content_and_not_by_the_width_of_its_positions() -> None:
    matrix = sparse.csr_matrix(np.eye(3))
    wide = matrix.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    assert _hash(matrix) == _hash(wide)
    assert _hash(matrix) != _hash(2 * matrix)
    assert fingerprint(Dataset.of(matrix))["stored"] == 3


def test_the_data_given_are_not_changed() -> None:
    before = FRAME.copy()
    _hash(FRAME)
    pd.testing.assert_frame_equal(FRAME, before)
