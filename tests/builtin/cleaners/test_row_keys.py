import numpy as np
import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.cleaners.row_keys import row_keys, selected


def test_equal_rows_share_a_key_and_others_do_not():
    frame = pd.DataFrame({"a": [1.0, 1.0, np.nan, np.nan, 2.0], "b": ["x", "x", None, None, "x"]})
    keys = row_keys(frame, None, "here")
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert len(set(keys)) == 3


def test_columns_are_chosen_by_name_type_or_pattern():
    frame = pd.DataFrame({"a": [1, 1], "b": [1, 2], "t": ["x", "y"]})
    for subset in (["a"], "a", {"pattern": "^a"}, {"types": ["number"], "except": ["b"]}):
        assert list(selected(frame, subset, "here").columns) == ["a"]
        assert len(set(row_keys(frame, subset, "here"))) == 1


def test_a_message_names_the_cleaner():
    with pytest.raises(DataError, match="subset of cleaner 'here': there is no column 'aa'"):
        row_keys(pd.DataFrame({"a": [1]}), ["aa"], "here")
