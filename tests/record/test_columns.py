from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError, ExitCode
from runner.record.columns import arranged
from runner.record.fingerprint import fingerprint

TRAINED_ON = fingerprint(
    Dataset.of(pd.DataFrame({"age": [1, 2], "name": ["a", "b"], "kind": pd.Categorical(list("xy"))}))
)
ROWS = pd.DataFrame({"age": [3.5], "name": ["c"], "kind": ["z"]})


def test_columns_are_put_in_the_order_of_training_and_extra_ones_left_out() -> None:
    given = ROWS.assign(id=[9], label=["spam"])[["label", "kind", "id", "name", "age"]]
    made = arranged(given, TRAINED_ON)
    assert list(made.columns) == ["age", "name", "kind"]
    assert list(given.columns) == ["label", "kind", "id", "name", "age"]


def test_missing_columns_are_all_named_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match=r"lack the columns 'name', 'kind'.*Did you mean 'names'\?") as told:
        arranged(ROWS.rename(columns={"name": "names", "kind": "sort"}), TRAINED_ON)
    assert told.value.exit_code == ExitCode.DATA


def test_text_where_numbers_were_learned_from_is_an_error() -> None:
    with pytest.raises(DataError, match=r"column 'age' .* has type '(str|object)', but .* trained on 'int64'"):
        arranged(ROWS.assign(age=["3"]), TRAINED_ON)


def test_numbers_where_text_was_learned_from_are_an_error() -> None:
    with pytest.raises(DataError, match=r"column 'name' .* has type 'int64'"):
        arranged(ROWS.assign(name=[7]), TRAINED_ON)


def test_a_column_of_missing_values_fits_any_type() -> None:
    arranged(ROWS.assign(age=[None], name=[np.nan]), TRAINED_ON)


def test_an_array_counts_its_columns_in_the_order_of_training() -> None:
    made = arranged(np.array([[3, "c", "z"]], dtype=object), TRAINED_ON)
    assert list(made.columns) == ["age", "name", "kind"]
    assert made["age"].dtype.kind == "i"


def test_an_array_of_another_width_is_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(1, 2\).*the 3 columns 'age', 'name', 'kind'"):
        arranged([[1, 2]], TRAINED_ON)


@pytest.mark.parametrize("rows", [np.zeros((5, 3)), np.zeros(4), [1.0, 2.0]])
def test_a_model_trained_on_arrays_refuses_another_shape(rows: object) -> None:
    with pytest.raises(DataError, match=r"trained on \(n_rows, 4\)"):
        arranged(rows, fingerprint(Dataset.of(np.zeros((5, 4)))))


def test_rows_of_the_shape_of_training_pass_as_they_are() -> None:
    rows = np.zeros((1, 8, 8))
    assert arranged(rows, fingerprint(Dataset.of(np.zeros((5, 8, 8))))) is rows


def test_without_a_record_of_the_data_rows_pass_as_they_are() -> None:
    assert arranged(ROWS, {}) is ROWS
