import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from runner.errors import DataError
from runner_builtin.feature_columns import (
    chosen_columns,
    dense_rows,
    holds_texts,
    is_missing,
    number_columns,
    number_rows,
    text_columns,
)

FRAME = pd.DataFrame({"n": [1, 2], "t": ["x", None], "f": [0.5, np.nan], "flag": [True, False]})


def test_no_choice_means_all_columns():
    assert chosen_columns(FRAME, None, "here") == ["n", "t", "f", "flag"]


def test_a_chosen_column_must_be_there():
    with pytest.raises(DataError, match="here: there is no column 'nn'"):
        chosen_columns(FRAME, ["nn"], "here")


def test_numbers_are_integers_and_fractions():
    assert number_columns(FRAME, None, "here") == ["n", "f"]


def test_a_chosen_column_must_be_of_numbers():
    with pytest.raises(DataError, match=r"here: not a column of numbers: 't' \(.*\), 'flag' \(bool\)"):
        number_columns(FRAME, ["n", "t", "flag"], "here")


def test_nullable_numbers_are_numbers():
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64")})
    np.testing.assert_array_equal(number_rows(frame, None, "here"), [[1.0], [np.nan]])


def test_images_are_seen_as_rows():
    images = np.arange(24).reshape(2, 3, 4)
    assert dense_rows(images, None, "here").shape == (2, 12)
    assert number_rows(images, None, "here").dtype == float


def test_sparse_features_are_refused():
    with pytest.raises(DataError, match="here: found features of type csr_matrix"):
        dense_rows(sparse.csr_matrix(np.eye(2)), None, "here")


def test_an_array_has_no_columns_to_name():
    with pytest.raises(DataError, match=r"an array has no column names, found \['a'\]"):
        dense_rows(np.eye(2), ["a"], "here")


def test_texts_are_no_numbers():
    with pytest.raises(DataError, match="this step works on numbers"):
        number_rows(np.array([["a"]]), None, "here")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (FRAME, [[0, 0, 0, 0], [0, 1, 1, 0]]),
        (np.array([[1.0, np.nan]]), [[0, 1]]),
        (np.array([[1, 2]]), [[0, 0]]),
        (np.array([["a", None, np.nan]], dtype=object), [[0, 1, 1]]),
    ],
)
def test_missing_values_are_found(values, expected):
    np.testing.assert_array_equal(is_missing(values), np.array(expected, dtype=bool))


def test_no_rows_are_rows_too():
    assert dense_rows(np.zeros((0, 3, 4)), None, "here").shape == (0, 12)


def test_columns_are_chosen_by_pattern_or_type_too():
    assert chosen_columns(FRAME, {"pattern": "^f"}, "here") == ["f", "flag"]
    assert number_columns(FRAME, {"types": ["number"]}, "here") == ["n", "f"]
    with pytest.raises(DataError, match="not a column of numbers: 'flag'"):
        number_columns(FRAME, {"pattern": "^f"}, "here")


def test_columns_named_by_numbers_keep_their_names():
    frame = pd.DataFrame({0: [1.0], 1: ["x"]})
    assert chosen_columns(frame, None, "here") == [0, 1]
    assert chosen_columns(frame, ["1"], "here") == [1]


def test_texts_are_columns_of_nothing_else():
    frame = FRAME.assign(mixed=pd.Series([1, "x"], dtype=object), kind=pd.Categorical(["x", "y"]))
    assert text_columns(frame, None, "here") == ["t"]
    with pytest.raises(DataError, match=r"not a column of texts: 'mixed' \(object\), 'kind' \(category\)"):
        text_columns(frame, ["t", "mixed", "kind"], "here")


def test_a_column_without_any_value_may_hold_texts():
    assert holds_texts(pd.Series([None, None], dtype=object))
    assert not holds_texts(pd.Series([np.nan, np.nan]))


def test_a_column_without_any_value_may_be_named_as_one_of_numbers():
    frame = pd.DataFrame({"n": pd.Series([None, None], dtype=object), "t": ["x", "y"]})
    assert number_columns(frame, None, "here") == []
    assert number_columns(frame, ["n"], "here") == ["n"]
    assert np.isnan(number_rows(frame, ["n"], "here")).all()
