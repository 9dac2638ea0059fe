import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.column_cleaners import DropColumns, DropConstantColumns, without_columns

FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "same": ["x"] * 4,
        "gone": [np.nan] * 4,
        "most": [0, 0, 0, 1],
        "part": [5.0, 5.0, 5.0, np.nan],
    }
)


def fitted(cleaner, features=FRAME):
    return cleaner.fit(Dataset.of(features))


def left(cleaner, features=FRAME):
    return list(cleaner.clean(Dataset.of(features)).features.columns)


def test_named_columns_are_left_out_and_noted():
    cleaned = DropColumns(columns=["id", "most"]).clean(Dataset.of(FRAME, [0, 1, 0, 1]))
    assert list(cleaned.features.columns) == ["same", "gone", "part"]
    assert cleaned.n_rows == 4
    assert cleaned.notes == ("left out 2 columns: 'id', 'most'",)
    assert left(DropColumns(columns="id")) == ["same", "gone", "most", "part"]


def test_names_are_given_but_types_are_learned():
    assert not DropColumns(columns=["id"]).learns
    assert DropColumns(columns=["id"]).row_by_row
    by_type = DropColumns(columns={"types": ["number"]})
    assert by_type.learns
    assert not by_type.row_by_row
    assert by_type.keeps_rows


def test_new_rows_lose_the_columns_that_the_training_rows_lost():
    cleaner = fitted(DropColumns(columns={"types": ["integer"]}))
    assert left(cleaner, FRAME.astype({"id": float, "most": float})) == ["same", "gone", "part"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["idd"], "there is no column 'idd'. Did you mean 'id'"),
        (list(FRAME.columns), "would leave none of the 5 columns"),
    ],
)
def test_some_columns_must_be_there_and_some_must_stay(columns, told):
    with pytest.raises(DataError, match=told):
        left(DropColumns(columns=columns))


def test_columns_of_one_value_are_constant_and_a_missing_value_is_a_value():
    assert left(fitted(DropConstantColumns())) == ["id", "most", "part"]


def test_nearly_constant_columns_are_left_out_on_request():
    assert left(fitted(DropConstantColumns(share=0.75))) == ["id"]
    assert left(fitted(DropConstantColumns(share=0.75, columns=["most", "id"]))) == ["id", "same", "gone", "part"]


def test_what_was_constant_in_training_is_left_out_of_new_rows():
    assert left(fitted(DropConstantColumns()), FRAME.assign(same=list("abcd"))) == ["id", "most", "part"]


def test_arrays_lose_constant_columns():
    rows = np.array([[1.0, 5.0, 2.0], [1.0, 6.0, 2.0]])
    cleaned = fitted(DropConstantColumns(), rows).clean(Dataset.of(rows))
    assert cleaned.features.tolist() == [[5.0], [6.0]]
    assert cleaned.notes == ("left out 2 columns: 0, 2",)


@pytest.mark.parametrize(
    ("features", "told"),
    [
        (np.ones((3, 2)), "2 of 2 columns are constant"),
        (np.ones((3, 2, 2)), r"images have no columns to leave out \(found shape \(3, 2, 2\)\)"),
        (FRAME[["same"]], "would leave none of the 1 columns"),
    ],
)
def test_something_must_be_left(features, told):
    with pytest.raises(DataError, match=told):
        fitted(DropConstantColumns(), features).clean(Dataset.of(features))


def test_other_rows_than_those_learned_from_are_refused():
    cleaner = fitted(DropConstantColumns(), np.array([[1.0, 5.0], [1.0, 6.0]]))
    with pytest.raises(DataError, match="these rows have 3 columns"):
        cleaner.clean(Dataset.of(np.eye(3)))


def test_nothing_to_leave_out_is_no_note():
    assert without_columns(Dataset.of(FRAME), [], "here").notes == ()


@pytest.mark.parametrize(
    "cleaner", [DropColumns(columns={"pattern": "^id"}), DropConstantColumns()], ids=["named", "constant"]
)
def test_a_saved_one_leaves_out_the_same(cleaner):
    ready = fitted(cleaner)
    kind = f"runner_builtin.cleaners.column_cleaners.{type(cleaner).__name__}"
    assert left(skops.io.loads(skops.io.dumps(ready), trusted=[kind])) == left(ready)
