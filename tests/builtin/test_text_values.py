import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.text_values import change_texts, text_lists, with_texts

FRAME = pd.DataFrame({"a": ["x", None, "z"], "n": [1, 2, 3], "b": ["X", "Y", np.nan]})


def test_every_column_of_texts_is_listed_with_none_for_what_is_missing():
    assert text_lists(FRAME, None, "here") == {"a": ["x", None, "z"], "b": ["X", "Y", None]}


def test_an_array_of_texts_is_one_column():
    assert text_lists(np.array(["x", "y"]), None, "here") == {"texts": ["x", "y"]}
    assert text_lists(np.array(["x", None], dtype=object), None, "here") == {"texts": ["x", None]}


@pytest.mark.parametrize(
    ("features", "columns", "told"),
    [
        (FRAME[["n"]], None, r"columns of cleaner 'here': the table has no column of texts.*'n' \(int64\)"),
        (FRAME, ["n"], "not a column of texts: 'n'"),
        (FRAME, ["c"], "there is no column 'c'"),
        (np.eye(2), None, r"texts are needed.*found ndarray of shape \(2, 2\)"),
        (np.array(["x"]), ["a"], "an array has no column names"),
    ],
)
def test_what_holds_no_texts_is_refused(features, columns, told):
    with pytest.raises(DataError, match=told):
        text_lists(features, columns, "here")


def test_changed_texts_are_counted_and_the_rest_stays():
    changed = change_texts(Dataset.of(FRAME, [0, 1, 2]), None, "here", str.lower)
    assert changed.features["b"].tolist()[:2] == ["x", "y"]
    assert changed.features.isna().equals(FRAME.isna())
    assert changed.features.dtypes.equals(FRAME.dtypes)
    assert changed.notes == ("changed 2 values in 'b'",)
    assert changed.target.tolist() == [0, 1, 2]
    assert FRAME["b"].tolist()[0] == "X"


def test_a_text_of_an_array_may_become_longer():
    changed = change_texts(Dataset.of(np.array(["x", "y"])), None, "here", lambda text: text * 5)
    assert changed.features.tolist() == ["xxxxx", "yyyyy"]
    assert changed.notes == ("changed 2 values",)


def test_rows_of_another_index_keep_their_places():
    frame = FRAME.set_index(pd.Index([7, 7, 9]))
    put = with_texts(Dataset.of(frame), {"a": ["1", None, "3"]}).features
    assert put["a"].tolist()[::2] == ["1", "3"]
    assert put.index.tolist() == [7, 7, 9]
