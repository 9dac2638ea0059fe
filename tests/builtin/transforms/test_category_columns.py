import numpy as np
import pandas as pd
import pytest

from runner_builtin.transforms.category_columns import with_nan

GAP = [None, "a"]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(GAP, dtype=object),
        pd.Series(GAP, dtype="string"),
        pd.Series(GAP, dtype="category"),
        pd.Series(GAP),
        pd.Series([pd.NA, "a"], dtype=object),
    ],
    ids=["object", "string", "category", "inferred", "NA"],
)
def test_missing_texts_are_nan_whatever_the_table_calls_them(column):
    before = column.copy()
    missing, given = with_nan(pd.DataFrame({"c": column}))["c"].tolist()
    assert isinstance(missing, float)
    assert np.isnan(missing)
    assert given == "a"
    pd.testing.assert_series_equal(column, before)


def test_nullable_numbers_become_plain_ones():
    table = with_nan(pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "m": [1, 2]}))
    assert table.dtypes.astype(str).tolist() == ["float64", "int64"]
    assert table["n"].isna().tolist() == [False, True]


def test_a_series_becomes_a_table_and_an_array_stays_one():
    assert with_nan(pd.Series(["a"], name="c")).columns.tolist() == ["c"]
    assert with_nan(np.array([[1.0]])).tolist() == [[1.0]]
    missing, given = with_nan(np.array([[None], ["a"]], dtype=object)).ravel().tolist()
    assert np.isnan(missing)
    assert given == "a"
