"""Tensors in JSON and as bytes become arrays, or the person is told which value is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runner.serve.replies import Refusal
from runner.serve.tensors import NUMBERS, bytes_of, datatype_of, json_of, read_tensor


def read(datatype: str, shape: Any, data: Any = None, raw: bytes | None = None) -> np.ndarray:
    record = {"name": "x", "datatype": datatype, "shape": shape} | ({} if data is None else {"data": data})
    return read_tensor(record, None if raw is None else memoryview(raw)).values


@pytest.mark.parametrize("datatype", sorted(NUMBERS))
def test_numbers_are_the_same_as_bytes_and_as_json(datatype: str) -> None:
    values = np.array([[0, 1], [1, 0]], dtype=NUMBERS[datatype])
    np.testing.assert_array_equal(read(datatype, [2, 2], raw=values.tobytes()), values)
    np.testing.assert_array_equal(read(datatype, [2, 2], values.tolist()), values)
    np.testing.assert_array_equal(read(datatype, [2, 2], values.ravel().tolist()), values)
    assert datatype_of(values) == datatype
    assert bytes_of(values) == values.tobytes()


def test_texts_are_the_same_as_bytes_and_as_json() -> None:
    texts = np.array(["", "İß中 🙂", "a\0b"], dtype=object)
    assert read("BYTES", [3], texts.tolist()).tolist() == texts.tolist()
    assert read("BYTES", [3, 1], raw=bytes_of(texts)).tolist() == [[text] for text in texts]
    assert json_of(np.array([["p"], ["q"]])) == ["p", "q"]


def test_gaps_stay_gaps_and_json_is_not_rounded_to_the_shorter_type() -> None:
    assert read("INT64", [2], [None, 3]).tolist() == [None, 3]
    assert read("FP32", [1], [0.1]).tolist() == [0.1]


@pytest.mark.fault("F97")
@pytest.mark.parametrize(
    ("datatype", "shape", "data", "raw", "told"),
    [
        ("FP65", [1], [1.0], None, "no datatype 'FP65'. Did you mean 'FP64'"),
        (["FP64"], [1], [1.0], None, "no datatype"),
        ("FP64", 1, [1.0], None, "'shape' is a list of sizes"),
        ("FP64", [-1], [1.0], None, "'shape' is a list of sizes"),
        ("FP64", [True], [1.0], None, "'shape' is a list of sizes"),
        ("FP64", [2], [1.0], None, "room for 2 values, found 1"),
        ("FP64", [2, 2], [[1.0, 2.0], [3.0]], None, "nested otherwise"),
        ("FP64", [4], [[1.0, 2.0], [3.0, 4.0]], None, "nested otherwise"),
        ("FP64", [1], ["1.5"], None, "FP64 is declared, found '1.5'"),
        ("FP64", [1], [True], None, "FP64 is declared, found True"),
        ("INT8", [1], [300], None, "INT8 is declared, found 300"),
        ("INT64", [1], [1.5], None, "INT64 is declared, found 1.5"),
        ("UINT8", [1], [-1], None, "UINT8 is declared, found -1"),
        ("BOOL", [1], [2], None, "BOOL is declared, found 2"),
        ("BYTES", [1], [7], None, "BYTES is declared, found 7"),
        ("FP64", [1], "text", None, "has no 'data'"),
        ("FP64", [1], None, None, "has no 'data'"),
        ("FP64", [1], None, b"1234567", "no whole number of values"),
        ("BYTES", [1], None, b"\xff\0\0\0a", "text 0 is longer than what was sent"),
        ("BYTES", [1], None, b"\1\0", "text 0 is longer than what was sent"),
        ("BYTES", [1], None, b"\1\0\0\0\xff", "text 0 is no UTF-8"),
    ],
)
def test_a_tensor_that_is_none_is_refused(datatype: Any, shape: Any, data: Any, raw: Any, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(datatype, shape, data, raw)
    assert told in str(caught.value)
    assert caught.value.status == 400


def test_a_long_text_among_many_where_numbers_are_declared_costs_no_memory() -> None:
    with pytest.raises(Refusal, match="FP64 is declared"):
        read("FP64", [100_000], ["x" * 1_000_000] + ["y"] * 99_999)  # 400 GB as an array of texts
