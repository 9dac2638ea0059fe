from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from runner.store.store import Store


def parts(matrix: Any) -> list[Any]:
    return [matrix.data, matrix.indices, matrix.indptr]


def test_the_three_arrays_of_a_matrix_are_mapped_without_a_copy(store: Store, key: str, matrix: Any) -> None:
    store.put(key, {"X": matrix}, {})
    found = store.get(key)["X"]
    assert (found != matrix).nnz == 0
    for part, original in zip(parts(found), parts(matrix), strict=True):
        assert isinstance(part.base, mmap.mmap)
        assert not part.flags.writeable
        assert part.dtype == original.dtype


def test_wide_indices_stay_wide(store: Store, key: str, matrix: Any) -> None:
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    store.put(key, matrix, {})
    found = store.get(key)
    assert (found.indices.dtype, found.indptr.dtype) == (np.int64, np.int64)
    assert isinstance(found.indices.base, mmap.mmap)


def test_what_is_known_of_the_order_is_kept_so_that_nothing_is_sorted_in_place(
    store: Store, key: str, matrix: Any
) -> None:
    store.put(key, matrix, {})
    found = store.get(key)
    assert found.has_canonical_format
    found.sort_indices()  # would raise if it wrote
    found.sum_duplicates()
    assert found[[3, 1]].shape == (2, 30)
    assert (found.T @ found).shape == (30, 30)


def test_a_matrix_in_disorder_is_kept_as_it_is_and_known_to_be(store: Store, key: str) -> None:
    rough = sparse.csr_matrix((np.ones(4), np.array([2, 0, 1, 1]), np.array([0, 2, 4])), shape=(2, 3))
    store.put(key, rough, {})
    found = store.get(key)
    assert not found.has_sorted_indices
    assert not found.has_canonical_format
    assert found.indices.tolist() == [2, 0, 1, 1]
    np.testing.assert_array_equal(found.toarray(), rough.toarray())
    assert "_has_sorted_indices" not in vars(rough), "asking leaves no trace in what was given"


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("shape", [(2, 3), (0, 3), (2, 0)])
def test_class_and_empty_shapes_come_back(store: Store, key: str, kind: Any, shape: tuple[int, int]) -> None:
    store.put(key, kind(shape, dtype=np.float32), {})
    found = store.get(key)
    assert type(found) is kind
    assert found.shape == shape
    assert found.dtype == np.float32


def test_other_sparse_formats_are_not_held(store: Store, key: str, matrix: Any) -> None:
    assert store.put(key, matrix.tocsc(), {}) is None
    assert store.put(key, matrix.tocoo(), {}) is None
