import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.cast import Cast

FRAME = pd.DataFrame({"age": ["39", "50", "old", None], "flag": ["yes", "no", "yes", "no"], "id": [7, 8, 9, 10]})


def test_columns_take_the_types_asked_for():
    cast = Cast(to={"flag": "boolean", "id": "string"}).clean(Dataset.of(FRAME)).features
    assert cast["flag"].tolist() == [True, False, True, False]
    assert cast["id"].tolist() == ["7", "8", "9", "10"]
    assert cast["age"].tolist()[:3] == ["39", "50", "old"]


def test_values_of_another_type_are_an_error_by_default():
    with pytest.raises(DataError, match=r"cleaner 'cast': no number: 1 of 4 values in 'age' \('old'; row ids 2\)"):
        Cast(to={"age": "number"}).clean(Dataset.of(FRAME))


def test_or_they_become_missing_and_are_counted():
    cast = Cast(to={"age": "number"}, on_error="missing").clean(Dataset.of(FRAME))
    np.testing.assert_array_equal(cast.features["age"], [39.0, 50.0, np.nan, np.nan])
    assert cast.notes == ("blanked out 1 value in 'age'",)


def test_or_their_rows_are_dropped_and_counted():
    cast = Cast(to={"age": "number", "id": "number"}, on_error="drop").clean(Dataset.of(FRAME, [0, 1, 2, 3]))
    assert cast.target.tolist() == [0, 1, 3]
    assert dict(cast.dropped) == {"another type in 'age'": 1}


def test_only_dropping_drops_rows():
    assert Cast(to={}).keeps_rows
    assert not Cast(to={}, on_error="drop").keeps_rows
    assert Cast(to={}).row_by_row


def test_the_way_numbers_are_written_is_passed_on():
    frame = pd.DataFrame({"price": ["1.234,5"], "day": ["31/01/2024"]})
    cast = Cast(to={"price": "number", "day": "date"}, decimal=",", thousands=".", date_format="%d/%m/%Y")
    after = cast.clean(Dataset.of(frame)).features
    assert after["price"].tolist() == [1234.5]
    assert after["day"].tolist() == [pd.Timestamp("2024-01-31")]


def test_columns_must_be_there_and_arrays_have_none():
    with pytest.raises(DataError, match="to of cleaner 'cast': there is no column 'agee'"):
        Cast(to={"agee": "number"}).clean(Dataset.of(FRAME))
    with pytest.raises(DataError, match="only a table has columns"):
        Cast(to={"a": "number"}).clean(Dataset.of(np.eye(2)))


def test_the_rows_given_are_not_changed_and_a_saved_one_does_the_same():
    before, cleaner = FRAME.copy(), Cast(to={"age": "number"}, on_error="missing")
    saved = skops.io.loads(skops.io.dumps(cleaner), trusted=["runner_builtin.cleaners.cast.Cast"])
    pd.testing.assert_frame_equal(saved.clean(Dataset.of(FRAME)).features, cleaner.clean(Dataset.of(FRAME)).features)
    pd.testing.assert_frame_equal(FRAME, before)
