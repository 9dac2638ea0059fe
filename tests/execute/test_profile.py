from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.data import Dataset
from runner.execute import profile as module
from runner.execute.profile import ColumnProfile, profile, sample_of
from runner.record import strict_json

SECRET = "a text nobody may see"
TABLE = pd.DataFrame(
    {
        "age": [20, 30, 40, 50],
        "weight": [1.5, np.nan, np.inf, 2.5],
        "text": [SECRET, "short", None, "short"],
        "job": pd.Categorical(["x", "y", "x", "x"]),
        "when": pd.to_datetime(["2024-01-01", "2024-03-01", None, "2024-02-01"]),
        "same": [True] * 4,
        "lists": [[1], [2], [3], [4]],
    }
)


def columns(features: Any) -> dict[str, ColumnProfile]:
    return {column.name: column for column in profile(Dataset.of(features)).columns}


def test_each_column_of_a_table_is_described() -> None:
    told = columns(TABLE)
    assert told["age"] == ColumnProfile("age", "integer", 0, 4, minimum=20, maximum=50, mean=35)
    assert told["weight"] == ColumnProfile("weight", "number", 1, 3, infinite=1, minimum=1.5, maximum=2.5, mean=2)
    assert told["text"] == ColumnProfile("text", "text", 1, 2, shortest=5, longest=len(SECRET))
    assert told["job"] == ColumnProfile("job", "category", 0, 2)
    assert told["when"] == ColumnProfile(
        "when", "date", 1, 3, minimum="2024-01-01T00:00:00", maximum="2024-03-01T00:00:00"
    )
    assert told["same"] == ColumnProfile("same", "boolean", 0, 1, constant=True)
    assert told["lists"].distinct is None


def test_no_text_of_a_cell_is_shown() -> None:
    assert SECRET not in strict_json.dumps(profile(Dataset.of(TABLE, [0, 1, 0, 1])))


def test_numbers_that_may_be_missing_are_numbers() -> None:
    told = columns(pd.DataFrame({"x": pd.array([1, None, 3], dtype="Int64")}))["x"]
    assert (told.type, told.missing, told.minimum, told.maximum) == ("integer", 1, 1, 3)


def test_a_column_without_any_value_has_no_range() -> None:
    frame = pd.DataFrame(
        {"x": [np.nan] * 3, "d": pd.to_datetime([None] * 3), "t": pd.Series([None] * 3, dtype=object)}
    )
    for told in columns(frame).values():
        assert (told.missing, told.distinct, told.minimum, told.longest, told.constant) == (3, 0, None, None, False)


def test_the_columns_of_an_array_are_described_by_place() -> None:
    told = columns(np.array([[1.0, 5.0], [2.0, 5.0], [np.nan, 5.0]]))
    assert told["0"] == ColumnProfile("0", "number", 1, 2, minimum=1, maximum=2, mean=1.5)
    assert told["1"].constant


def test_images_and_sparse_data_are_described_as_a_whole() -> None:
    images = profile(Dataset.of(np.arange(12.0).reshape(3, 2, 2)))
    assert (images.kind, images.shape, images.columns) == ("array", (3, 2, 2), ())
    assert images.values is not None
    assert (images.values.minimum, images.values.maximum) == (0, 11)
    counts = profile(Dataset.of(sparse.csr_matrix([[0, 3.0], [np.nan, 0]])))
    assert (counts.kind, counts.missing) == ("sparse", 1)
    assert profile(Dataset.of(sparse.csr_matrix((3, 2)))).values is not None


@pytest.mark.parametrize(
    ("name", "values", "is_id"),
    [
        ("row", range(1000, 1030), True),
        ("customer_id", range(0, 30_000, 1000), True),
        ("price", range(0, 30_000, 1000), False),
        ("kept", [0, *range(29)], False),
        ("key", [f"a{i}-{i}" for i in range(30)], True),
        ("message", [f"hello {i}" for i in range(30)], False),
        ("weight", np.arange(30) / 7, False),
        ("some", [*range(29), None], False),
    ],
)
def test_a_column_that_only_names_the_rows_reads_like_an_id(name: str, values: Any, *, is_id: bool) -> None:
    assert columns(pd.DataFrame({name: values}))[name].id_like is is_id


def test_a_few_rows_say_nothing_of_ids() -> None:
    assert not columns(pd.DataFrame({"id": range(19)}))["id"].id_like


def test_classes_are_counted_the_most_frequent_first() -> None:
    target = profile(Dataset.of(np.zeros((5, 1)), ["b", "a", "b", "c", "b"])).target
    assert target is not None
    assert list((target.classes or {}).items()) == [("b", 3), ("a", 1), ("c", 1)]
    assert (target.type, target.distinct, target.missing) == ("text", 3, 0)


def test_a_target_of_values_has_a_range_and_no_classes() -> None:
    target = profile(Dataset.of(np.zeros((4, 1)), [1.0, 2.0, 6.0, np.nan]), classifier=False).target
    assert target is not None
    assert (target.classes, target.missing, target.minimum, target.maximum, target.mean) == (None, 1, 1, 6, 3)


def test_of_many_classes_only_the_most_frequent_are_listed() -> None:
    target = profile(Dataset.of(np.zeros((300, 1)), np.arange(300) % 150)).target
    assert target is not None
    assert (target.distinct, len(target.classes or {})) == (150, module.MAX_CLASSES)


def test_costly_counts_look_at_some_rows_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sample_of", lambda n_rows: sample_of(n_rows, 50))
    told = profile(Dataset.of(pd.DataFrame({"x": np.arange(1000) / 7})))
    assert told.sampled == 50
    assert told.columns[0].distinct == 50
    assert told.columns[0].maximum == 999 / 7, "what is cheap is counted in all rows"
    assert profile(Dataset.of(np.zeros((50, 1)))).sampled is None


def test_a_sample_begins_with_the_first_row_and_ends_with_the_last() -> None:
    assert sample_of(1000, 3).tolist() == [0, 499, 999]
    assert sample_of(3, 3).tolist() == [0, 1, 2]


def test_a_very_wide_table_is_described_in_part() -> None:
    told = profile(Dataset.of(pd.DataFrame(np.zeros((2, module.MAX_COLUMNS + 5)))))
    assert (told.shape, len(told.columns)) == ((2, module.MAX_COLUMNS + 5), module.MAX_COLUMNS)


def test_a_profile_can_be_written_as_json() -> None:
    assert strict_json.dumps(asdict(profile(Dataset.of(TABLE, [0, 1, 0, 1], groups=[1, 1, 2, 2]))))
