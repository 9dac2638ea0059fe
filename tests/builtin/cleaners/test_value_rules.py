import numpy as np
import pandas as pd
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.value_rules import check_rule, outside, told


def broken(values, rule):
    column = pd.Series(values)
    return outside(column, column.isna().to_numpy(), rule, "here").tolist()


def test_listed_values_are_allowed():
    assert broken(["a", "b", "c"], ["a", "c"]) == [False, True, False]
    assert broken([1, 2, 3], [1.0, 3]) == [False, True, False]


def test_a_text_is_no_number_and_true_is_not_one():
    assert broken(["1", "2"], [1]) == [True, True]
    assert broken([True, False], [1, 0]) == [True, True]
    assert broken([True, False], [True]) == [False, True]


def test_both_ends_of_a_range_are_allowed():
    assert broken([0, 1, 5, 6], {"min": 1, "max": 5}) == [True, False, False, True]
    assert broken([0.5, np.inf], {"min": 1}) == [True, False]


def test_missing_values_break_no_rule():
    assert broken([np.nan, 3.0], {"max": 2}) == [False, True]
    assert broken([None, "a"], ["b"]) == [False, True]
    nullable = pd.Series([1, None, 9], dtype="Int64")
    assert outside(nullable, nullable.isna().to_numpy(), {"max": 2}, "here").tolist() == [False, False, True]


def test_arrays_are_judged_like_columns():
    assert outside(np.array(["a", "b"]), np.zeros(2, dtype=bool), ["a"], "here").tolist() == [False, True]


def test_a_range_needs_numbers():
    with pytest.raises(DataError, match=r"here: .* needs numbers, found"):
        broken(["a"], {"min": 1})


@pytest.mark.parametrize(
    "rule", [[], {}, {"low": 1}, {"min": "1"}, {"min": True}, {"min": 2, "max": 1}, {"min": None}], ids=str
)
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(ConfigError, match="here: "):
        check_rule(rule, "here")


def test_rules_are_told():
    assert told(["a", 1]) == "'a', 1"
    assert told({"min": 0, "max": 9.5}) == "from 0 up to 9.5"
    assert told({"max": 9}) == "up to 9"
    assert told(list(range(99))).endswith("9, …")


def test_a_column_without_any_value_breaks_no_range():
    assert outside(pd.Series([None], dtype=object), np.array([True]), {"min": 1}, "here").tolist() == [False]
