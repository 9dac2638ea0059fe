"""Rows in plain values become what the model takes, or the person is told why not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner.ship.rows import features_of, plain_rows
from runner.ship.signature import Signature

FRAME = pd.DataFrame(
    {
        "age": [31.0, None, 40.5],
        "rooms": [1, 2, 3],
        "job": ["nurse", "cook", None],
        "sick": [True, False, True],
        "seen": pd.to_datetime(["2026-01-01", "2026-01-02T03:04:05.000006", None], format="ISO8601"),
        "kind": pd.Categorical(["p", "q", "p"]),
    }
)


def signed(features: Any) -> Signature:
    return Signature.of(Dataset.of(features), classes=None, probabilities=False)


@pytest.mark.parametrize(
    "features",
    [
        FRAME,
        FRAME[["age", "rooms"]],
        np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
        np.array([[1.5, np.nan], [2.0, 3.0]]),
        np.array(["a", "İß🙂", ""], dtype=object),
        FRAME.iloc[:0],
    ],
    ids=["table", "numbers", "images", "missing", "texts", "no rows"],
)
def test_rows_through_json_are_the_rows_again(features: Any) -> None:
    signature = signed(FRAME if isinstance(features, pd.DataFrame) and features.empty else features)
    plain = json.loads(json.dumps(plain_rows(signature, features), allow_nan=False))
    again = features_of(signature, plain)
    if isinstance(features, pd.DataFrame):
        pd.testing.assert_frame_equal(again, features, check_dtype=len(features) > 0, check_categorical=False)
    else:
        np.testing.assert_array_equal(again, features)
        assert again.dtype == features.dtype


def test_a_table_of_numbers_may_come_as_one_matrix() -> None:
    table = FRAME[["age", "rooms"]]
    made = features_of(signed(table), {"input": [[31.0, 1], [None, 2], [40.5, 3]]})
    pd.testing.assert_frame_equal(made, table)


def test_what_the_model_does_not_know_is_left_out() -> None:
    table = FRAME[["rooms"]]
    pd.testing.assert_frame_equal(features_of(signed(table), {"more": [0, 0, 0], "rooms": [1, 2, 3]}), table)


@pytest.mark.fault("F87", "F97")
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"age": [1.0], "rooms": [1]}, "lack the input 'job'"),
        ({"age": [1.0], "rooms": [1, 2], "job": ["a"]}, "different numbers of rows: 'age' 1, 'rooms' 2"),
        ({"age": ["old"], "rooms": [1], "job": ["a"]}, "input 'age': expected numbers .FP64., found 'old'"),
        ({"age": [1.0], "rooms": [1], "job": [7]}, "input 'job': expected texts, found 7"),
        ({"age": [[1.0, 2.0]], "rooms": [1], "job": ["a"]}, "expected one value a row"),
    ],
    ids=["missing", "lengths", "text for number", "number for text", "nested"],
)
def test_rows_that_do_not_fit_are_refused_by_name(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        features_of(signed(FRAME[["age", "rooms", "job"]]), columns)


@pytest.mark.fault("F97")
@pytest.mark.parametrize("values", [[[1.0]], [1.0, 2.0], "text", [["a", "b"]], [[1.0, 2.0], [3.0]]], ids=repr)
def test_an_array_of_another_shape_or_kind_is_refused(values: Any) -> None:
    with pytest.raises(DataError, match="input 'input'"):
        features_of(signed(np.zeros((3, 2))), {"input": values})
