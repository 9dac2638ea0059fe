import json

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.splitters.given_splitters import ByColumn, ByFile


def table(values) -> Dataset:
    return Dataset.of(pd.DataFrame({"part": values, "x": range(len(values))}), [0] * len(values), fingerprint="f")


def parts(splitter, dataset: Dataset) -> list[list[list[int]]]:
    return [[part.tolist() for part in fold] for fold in splitter.split(dataset)]


LETTERS = table(["a", "b", "c", "a", "c"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"test": ["b"]}, [[0, 2, 3, 4], [1]]),
        ({"test": ["b", "c"], "train": ["a"]}, [[0, 3], [1, 2, 4]]),
        ({"test": ["b"], "validation": ["c"]}, [[0, 3], [2, 4], [1]]),
        ({"test": ["b"], "validation": ["c"], "train": ["a"]}, [[0, 3], [2, 4], [1]]),
    ],
)
def test_the_values_of_a_column_part_the_rows(options, expected):
    splitter = ByColumn(column="part", **options)
    assert parts(splitter, LETTERS) == [expected]
    assert splitter.columns_taken == ("part",)


@pytest.mark.parametrize(
    "values", [[2019, 2020, 2021], [1.5, 2020, 2021], pd.array([2019, 2020, 2021], dtype="Int64")]
)
def test_numbers_part_the_rows_like_texts(values):
    assert parts(ByColumn(column="part", test=[2020, 2021]), table(values)) == [[[0], [1, 2]]]


def test_categories_and_truth_values_part_the_rows():
    assert parts(ByColumn(column="part", test=["x"]), table(pd.Categorical(["x", "y"]))) == [[[1], [0]]]
    assert parts(ByColumn(column="part", test=[True]), table([False, True])) == [[[0], [1]]]


def test_a_batch_without_test_rows_is_no_error_of_the_splitter():
    assert ByColumn.row_by_row
    assert parts(ByColumn(column="part", test=["b"]), LETTERS.take(np.array([0, 2]))) == [[[0, 1], []]]


def test_a_value_that_no_part_names_is_an_error_that_counts_its_rows():
    with pytest.raises(DataError, match=r"2 rows have a value in 'part' that no part names: 'c'. Name it, or leave"):
        list(ByColumn(column="part", test=["b"], train=["a"]).split(LETTERS))


def test_a_value_named_for_two_parts_is_an_error():
    with pytest.raises(ConfigError, match="'b' is named more than once; a row goes to one part"):
        list(ByColumn(column="part", test=["b"], train=["a", "b", "c"]).split(LETTERS))


@pytest.mark.parametrize(
    ("values", "named", "told"),
    [
        (["2020", "2021"], 2020, "holds texts, and 2020 is none. Write '2020' in quotes"),
        ([2020, 2021], "2020", "holds numbers, and '2020' is none. Write it without quotes"),
    ],
)
def test_a_value_of_another_type_than_the_column_can_never_be_met(values, named, told):
    with pytest.raises(DataError, match=told):
        list(ByColumn(column="part", test=[named]).split(table(values)))


def test_dates_are_for_splitters_of_time():
    with pytest.raises(DataError, match=r"column 'part' holds dates\. Split by 'time_holdout' or 'time_series'"):
        list(ByColumn(column="part", test=["2024-01-01"]).split(table(pd.to_datetime(["2024-01-01", "2024-01-02"]))))


def test_an_empty_batch_has_no_type():
    assert parts(ByColumn(column="part", test=[1]), LETTERS.take(np.array([], dtype=int))) == [[[], []]]


def test_a_row_without_a_value_is_an_error():
    with pytest.raises(DataError, match="column 'part' has no value in 1 of 2 rows"):
        list(ByColumn(column="part", test=["a"]).split(table(["a", None])))


FIVE = Dataset.of(np.zeros((5, 1)), [0] * 5, fingerprint="f")


@pytest.fixture
def given(tmp_path):
    def write(text, name="split.csv") -> ByFile:
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return ByFile(file=str(path))

    return write


def test_a_file_names_the_part_of_each_row_in_any_order(given):
    splitter = given("row_id,part\n4,test\n0,train\n1,train\n3,validation\n2,train\n")
    assert parts(splitter, FIVE) == [[[0, 1, 2], [3], [4]]]


def test_a_file_without_validation_rows_gives_two_parts(given):
    assert parts(given("row_id,part\n0,train\n1,train\n2,test\n3,train\n4,test\n"), FIVE) == [[[0, 1, 3], [2, 4]]]


def test_a_file_of_folds_tests_on_each_once(given):
    assert parts(given("row_id,fold\n0,1\n1,2\n2,1\n3,3\n4,2\n"), FIVE) == [
        [[1, 3, 4], [0, 2]],
        [[0, 2, 3], [1, 4]],
        [[0, 1, 2, 4], [3]],
    ]


def test_json_gives_records_or_lists_of_ids(given):
    records = [{"row_id": row, "part": "test" if row == 2 else "train"} for row in range(5)]
    assert parts(given(records, "a.json"), FIVE) == [[[0, 1, 3, 4], [2]]]
    folds = {"folds": [{"train": [0, 1], "validation": [2], "test": [4, 3]}, {"train": [4, 3, 2], "test": [0, 1]}]}
    assert parts(given(folds, "b.json"), FIVE) == [[[0, 1], [2], [3, 4]], [[2, 3, 4], [0, 1]]]


def test_rows_go_by_their_ids_and_not_by_their_places(given):
    splitter = given("row_id,part\n0,test\n1,test\n2,train\n3,test\n4,train\n")
    assert parts(splitter, FIVE.take(np.array([4, 3, 2, 1, 0]))) == [[[0, 2], [1, 3, 4]]]


def test_ids_of_rows_that_were_dropped_are_counted(given):
    splitter = given("row_id,part\n0,test\n1,test\n2,train\n3,test\n4,train\n")
    with pytest.warns(UserWarning, match=r"2 of the row ids in split.csv are not among the 3 rows"):
        assert parts(splitter, FIVE.take(np.array([0, 2, 3]))) == [[[1], [0, 2]]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("row_id,part\n0,train\n1,test\n", r"does not name 3 row ids \(2, 3, 4\) of the 5 rows"),
        (
            "row_id,part\n0,train\n1,test\n2,test\n3,test\n4,test\n0,test\n1,test\n",
            r"names 2 row ids \(0, 1\) more than",
        ),
    ],
)
def test_each_row_is_named_exactly_once(given, text, told):
    with pytest.raises(DataError, match=told):
        list(given(text).split(FIVE))
