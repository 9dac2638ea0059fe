from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from runner.plan.keys import digest_of


def test_a_key_is_64_hex_digits() -> None:
    assert len(digest_of("tfidf")) == 64
    assert int(digest_of("tfidf"), 16) >= 0


def test_the_order_in_a_mapping_plays_no_part_and_that_in_a_list_does() -> None:
    assert digest_of({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest_of(["a", "b"]) != digest_of(["b", "a"])


def test_a_tuple_is_as_good_as_a_list_and_any_mapping_as_a_dict() -> None:
    assert digest_of((1, 2)) == digest_of([1, 2])
    assert digest_of(MappingProxyType({"a": 1})) == digest_of({"a": 1})


@pytest.mark.parametrize("others", [[1, 1.0, True, "1"], [0, False, None, "", "null"], [[], {}, ""], ["ab", "a"]])
def test_values_of_different_kinds_have_different_keys(others: list[object]) -> None:
    assert len({digest_of(value) for value in others}) == len(others)


def test_the_parts_are_not_run_together() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of(["a"], "b") != digest_of("a", ["b"])


def test_any_text_can_be_written() -> None:
    assert len({digest_of("é"), digest_of("e"), digest_of("\udc80"), digest_of("\x00")}) == 4


def test_an_object_counts_by_its_content_however_large_it_is() -> None:
    one = np.arange(100_000)
    other = one.copy()
    assert digest_of(one) == digest_of(other)
    other[50_000] = -1
    assert digest_of(one) != digest_of(other)
    assert digest_of({1, 2}) != digest_of(frozenset({1, 2}))
