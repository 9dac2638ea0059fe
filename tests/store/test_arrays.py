from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import pytest

from runner.store.store import Store

ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    np.arange(24).reshape(4, 6)[::2, ::3],
    np.zeros((0, 5), dtype=np.int16),
    np.array(7.5),
    np.array([True, False]),
    np.array([1 + 2j]),
    np.array(["ä", "bcd"]),
    np.array([b"ab", b"\x00c"]),
    np.array(["2026-01-31", "NaT"], dtype="datetime64[ns]"),
    np.arange(3, dtype=">i4"),
    np.array([np.nan, np.inf, -0.0]),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_an_array_comes_back_bit_for_bit_with_type_and_shape(store: Store, key: str, array: Any) -> None:
    store.put(key, array, {})
    found = store.get(key)
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


def test_an_array_is_mapped_read_only_and_not_copied(store: Store, key: str) -> None:
    store.put(key, np.arange(1000.0), {})
    found = store.get(key)
    assert isinstance(found.base, mmap.mmap)
    assert not found.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1.0
    assert found.flags.aligned
    assert found.ctypes.data % 64 == 0


def test_a_matrix_in_column_order_stays_in_it(store: Store, key: str) -> None:
    store.put(key, np.asfortranarray(np.ones((5, 7))), {})
    assert store.get(key).flags.f_contiguous


def test_a_mapped_array_can_be_kept_again(store: Store, key: str) -> None:
    store.put(key, np.arange(10), {})
    assert store.put("ee" * 32, {"again": store.get(key)}, {}) is not None
    assert store.get("ee" * 32)["again"].tolist() == list(range(10))


def test_an_array_of_texts_comes_back_as_texts(store: Store, key: str) -> None:
    texts = np.array([["é", ""], ["\ud800x", "a\x00b"]], dtype=object)
    store.put(key, texts, {})
    found = store.get(key)
    assert found.dtype == object
    assert found.tolist() == texts.tolist()


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_no_texts_come_back_as_none(store: Store, key: str, shape: tuple[int, ...]) -> None:
    store.put(key, np.empty(shape, dtype=object), {})
    assert store.get(key).shape == shape
