"""Names, types and patterns mean columns of a table, in its order."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from runner.columns import chosen_columns
from runner.errors import ConfigError, DataError

TABLE = pd.DataFrame(
    {
        "age": [1],
        "share": [0.5],
        "word": ["x"],
        "flag": [True],
        "day": pd.to_datetime(["2026-01-01"]),
        "kind": pd.Categorical(["a"]),
    }
)


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (None, ["age", "share", "word", "flag", "day", "kind"]),
        ("word", ["word"]),
        (["word", "age"], ["word", "age"]),
        ({"types": ["number"]}, ["age", "share"]),
        ({"types": "integer"}, ["age"]),
        ({"types": ["text", "category"]}, ["word", "kind"]),
        ({"types": ["boolean", "date"]}, ["flag", "day"]),
        ({"pattern": "^[ak]"}, ["age", "kind"]),
        ({"types": ["number"], "except": ["age"]}, ["share"]),
        ({"except": "age"}, ["share", "word", "flag", "day", "kind"]),
    ],
)
def test_a_choice_means_these_columns(choice: Any, chosen: list[str]) -> None:
    assert chosen_columns(TABLE, choice, "columns") == chosen


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        ("aeg", DataError, "there is no column 'aeg'. Did you mean 'age'?"),
        ({"except": ["aeg"]}, DataError, "there is no column 'aeg'"),
        ({"types": ["numbr"]}, ConfigError, "no type 'numbr' of columns. Did you mean 'number'?"),
        ({"kinds": ["number"]}, ConfigError, "is no choice of columns; give names, or 'types'"),
        ({}, ConfigError, "is no choice of columns"),
        ({"pattern": "("}, ConfigError, "is no regular expression"),
        ({"pattern": "^z"}, DataError, r"meets no column. The columns are: 'age' \(int64\)"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(choice: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        chosen_columns(TABLE, choice, "columns")
