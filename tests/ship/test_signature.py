"""A signature tells what a model is asked with, and is read back as it was written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from runner.data import Dataset
from runner.ship.signature import Input, Signature

FRAME = pd.DataFrame(
    {
        "age": [31.0, None, 40.5, 22.0],
        "rooms": [1, 2, 3, 4],
        "job": ["nurse", "cook", "cook", "nurse"],
        "name": ["a", "b", "c", "d"],
        "sick": [True, False, True, True],
        "seen": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", None]),
    }
)


def signed(features: object, classes: object = None) -> Signature:
    return Signature.of(Dataset.of(features), classes=classes, probabilities=classes is not None)  # type: ignore[arg-type]


def test_each_column_of_a_table_is_an_input_with_its_type_range_and_values() -> None:
    age, rooms, job, name, sick, seen = signed(FRAME).inputs
    assert (age.datatype, age.nullable, age.low, age.high) == ("FP64", True, 22.0, 40.5)
    assert (rooms.datatype, rooms.nullable, rooms.low) == ("INT64", False, 1.0)
    assert (job.datatype, job.values) == ("BYTES", ("cook", "nurse"))
    assert name.values is None  # as many values as rows are no categories
    assert (sick.datatype, sick.low) == ("BOOL", None)
    assert (seen.datatype, seen.nullable, seen.dtype[:10]) == ("BYTES", True, "datetime64")


def test_an_array_is_one_input_of_the_shape_of_a_row() -> None:
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert signed(images).inputs == (Input("input", "UINT8", (3, 4), "uint8", False, None, 0.0, 23.0),)
    assert signed(np.array([["a"], ["b"]], dtype=object)).inputs[0].datatype == "BYTES"


def test_it_is_read_back_from_json_as_it_was() -> None:
    for signature in (signed(FRAME, [np.int64(0), np.int64(1)]), signed(np.zeros((2, 3)), ["a", "b"])):
        assert Signature.read(json.loads(json.dumps(signature.plain(), allow_nan=False))) == signature


def test_infinite_values_leave_no_range() -> None:
    assert signed(pd.DataFrame({"a": [1.0, np.inf]})).inputs[0].low is None
