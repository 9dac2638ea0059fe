from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.execute.row_hashes import numbered, row_hashes, with_target

IMAGES = np.stack([np.zeros((2, 2)), np.eye(2), np.zeros((2, 2)), np.ones((2, 2))])
#: Rows 0 and 2 are equal, the others are not.
FEATURES: dict[str, Any] = {
    "numbers": np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [1.0, 3.0]]),
    "small numbers": np.array([[1], [2], [1], [3]], dtype=np.uint8),
    "images": IMAGES,
    "every second column": np.array([[1, 9, 2], [2, 8, 1], [1, 7, 2], [3, 6, 3]])[:, ::2],
    "texts": np.array(["a", "b", "a", "c"]),
    "objects": np.array([["a", 1], ["a", None], ["a", 1], ["b", 1]], dtype=object),
    "missing": np.array([[np.nan], [0.0], [np.nan], [1.0]]),
    "table": pd.DataFrame({"x": [1, 1, 1, 2], "t": ["a", "b", "a", "a"]}),
    "table with gaps": pd.DataFrame({"x": [None, 1.0, None, 2.0], "t": [None, "a", None, "a"]}),
    "categories and dates": pd.DataFrame(
        {"c": pd.Categorical(["a", "a", "a", "b"]), "d": pd.to_datetime(["2024-01-01", "2024-01-02"] * 2)}
    ),
    "lists": pd.DataFrame({"x": [[1], [2], [1], [1, 2]]}),
    "sparse": sparse.csr_matrix([[0, 1.0, 2.0], [0, 2.0, 1.0], [0, 1.0, 2.0], [0, 0, 0]]),
}


@pytest.mark.parametrize("name", FEATURES)
def test_hashes_are_equal_where_rows_are(name: str) -> None:
    hashes = row_hashes(FEATURES[name])
    assert (hashes.dtype, hashes.shape) == (np.uint64, (4,))
    assert numbered(hashes)[0].tolist() in (
        [0, 1, 0, 2],
        [0, 2, 0, 1],
        [1, 0, 1, 2],
        [1, 2, 1, 0],
        [2, 0, 2, 1],
        [2, 1, 2, 0],
    )


def test_the_order_and_zeros_stored_in_a_sparse_matrix_do_not_count() -> None:
    tidy = sparse.csr_matrix([[1.0, 0.0, 2.0]])
    other = sparse.csr_matrix((np.array([2.0, 0.0, 1.0]), np.array([2, 1, 0]), np.array([0, 3])), shape=(1, 3))
    assert row_hashes(tidy) == row_hashes(other)


def test_values_that_changed_their_column_are_other_rows() -> None:
    assert len(set(row_hashes(pd.DataFrame({"a": ["x", "y"], "b": ["y", "x"]})).tolist())) == 2
    assert len(set(row_hashes(sparse.csr_matrix([[1.0, 0.0], [0.0, 1.0]])).tolist())) == 2


def test_many_numbers_that_differ_little_have_different_hashes() -> None:
    grid = np.stack(np.meshgrid(np.arange(300.0), np.arange(300.0)), axis=-1).reshape(-1, 2)
    for features in (grid, pd.DataFrame(grid), sparse.csr_matrix(grid)):
        assert numbered(row_hashes(features))[1] == 90_000


def test_rows_are_hashed_alike_in_every_block() -> None:
    rows = np.tile(np.arange(1000), 140)[:, None]
    assert numbered(row_hashes(rows))[1] == 1000
    assert numbered(row_hashes(np.repeat(rows, 40, axis=1)))[1] == 1000
    assert numbered(row_hashes(pd.DataFrame({"t": rows.ravel().astype(str)})))[1] == 1000


def test_the_target_makes_equal_features_another_row() -> None:
    hashes = with_target(row_hashes(np.zeros((3, 1))), np.array(["a", "b", "a"]))
    assert hashes[0] == hashes[2] != hashes[1]


def test_rows_without_columns_are_all_the_same() -> None:
    assert numbered(row_hashes(np.zeros((3, 0))))[1] == 1
    assert numbered(row_hashes(pd.DataFrame(index=range(3))))[1] == 1


def test_numbers_and_texts_are_numbered_in_their_order_and_anything_else_as_well() -> None:
    assert numbered(["b", "a", "b"])[0].tolist() == [1, 0, 1]
    assert numbered(np.array([2.0, 7.0, 2.0]))[0].tolist() == [0, 1, 0]
    numbers, count = numbered(np.array(["a", 1, None, "a"], dtype=object))
    assert (count, numbers[0] == numbers[3]) == (3, True)
