import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.allowed_values import AllowedValues

FRAME = pd.DataFrame({"age": [17, 40, 200, 30], "sex": ["f", "m", "?", None], "flag": [True, False, True, True]})
RULES = {"age": {"min": 18, "max": 120}, "sex": ["f", "m"]}


def test_other_values_are_an_error_by_default():
    with pytest.raises(DataError) as caught:
        AllowedValues(values=RULES).clean(Dataset.of(FRAME))
    text = str(caught.value)
    assert "cleaner 'allowed_values': not allowed (from 18 up to 120): 2 of 4 values in 'age' (17, 200; row" in text


def test_or_they_become_missing():
    cleaned = AllowedValues(values={**RULES, "flag": [True]}, action="missing").clean(Dataset.of(FRAME))
    np.testing.assert_array_equal(cleaned.features["age"], [np.nan, 40, np.nan, 30])
    assert cleaned.features["sex"].isna().tolist() == [False, False, True, True]
    assert cleaned.features["flag"].isna().tolist() == [False, True, False, False]
    assert cleaned.notes == ("blanked out 2 values in 'age', 1 in 'sex', 1 in 'flag'",)
    assert FRAME["age"].tolist() == [17, 40, 200, 30]


def test_or_their_rows_are_dropped():
    cleaned = AllowedValues(values=RULES, action="drop").clean(Dataset.of(FRAME, [0, 1, 2, 3]))
    assert cleaned.target.tolist() == [1, 3]
    assert dict(cleaned.dropped) == {"not allowed value in 'age'": 2}


def test_allowed_values_pass_unchanged():
    cleaned = AllowedValues(values={"sex": ["f", "m", "?"]}).clean(Dataset.of(FRAME))
    pd.testing.assert_frame_equal(cleaned.features, FRAME)
    assert cleaned.notes == ()


def test_only_dropping_drops_rows():
    assert AllowedValues(values={}).keeps_rows
    assert not AllowedValues(values={}, action="drop").keeps_rows
    assert AllowedValues(values={}).row_by_row


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"agee": [1]}, DataError, "values of cleaner 'allowed_values': there is no column 'agee'"),
        ({"sex": {"min": 1}}, DataError, "column 'sex': .* needs numbers"),
        ({"age": {"minimum": 1}}, ConfigError, "column 'age': .* is no rule"),
    ],
)
def test_rules_must_suit_the_table(values, error, told):
    with pytest.raises(error, match=told):
        AllowedValues(values=values).clean(Dataset.of(FRAME))


def test_arrays_have_no_columns():
    with pytest.raises(DataError, match="only a table has columns"):
        AllowedValues(values={"a": [1]}).clean(Dataset.of(np.eye(2)))
