import numpy as np
import pandas as pd
import pytest

from runner.errors import DataError
from runner_builtin.augmenters.coded_rows import CodedTable, NumberRows

FRAME = pd.DataFrame(
    {
        "n": np.array([1, 2, 3]),
        "f": np.array([0.5, np.nan, 1.5], dtype=np.float32),
        "t": ["x", None, "x"],
        "c": pd.Categorical(["p", "q", "p"], categories=["q", "p", "z"]),
        "d": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01"]),
        "b": [True, False, False],
    }
)


def test_a_table_goes_to_codes_and_back():
    coded = CodedTable.of(FRAME, "it")
    assert coded.is_code.tolist() == [False, False, True, True, True, True]
    np.testing.assert_array_equal(coded.rows[:, 2:], [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1]])
    back = coded.decoded(coded.rows[[2, 1]])
    pd.testing.assert_frame_equal(back, FRAME.iloc[[2, 1]].reset_index(drop=True).astype({"n": float}))


def test_numbers_go_to_a_matrix_and_back():
    form = NumberRows.of(FRAME[["n", "f"]], "it")
    assert not form.is_code.any()
    pd.testing.assert_frame_equal(form.decoded(form.rows), FRAME[["n", "f"]].astype({"n": float}))
    images = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    np.testing.assert_array_equal(NumberRows.of(images, "it").decoded(np.arange(8.0).reshape(2, 4)), images)


def test_what_is_no_number_or_no_table_is_refused():
    with pytest.raises(DataError, match="it makes rows between numbers; not a column of numbers: 't'"):
        NumberRows.of(FRAME[["n", "t"]], "it")
    with pytest.raises(DataError, match="it takes categories from the columns of a table, found ndarray"):
        CodedTable.of(np.eye(2), "it")
