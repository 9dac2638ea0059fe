import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.clip import Clip

FRAME = pd.DataFrame({"n": [-5, 0, 5], "f": [0.5, np.nan, 9.5], "t": ["x", "y", "z"]})


def clipped(cleaner, features):
    return cleaner.clean(Dataset.of(features)).features


def test_numbers_are_brought_into_the_bounds():
    frame = clipped(Clip(lower=-1.0, upper=2.0), FRAME)
    assert frame["n"].tolist() == [-1, 0, 2]
    np.testing.assert_array_equal(frame["f"], [0.5, np.nan, 2.0])
    assert frame["t"].tolist() == ["x", "y", "z"]


def test_nullable_numbers_are_clipped_around_their_gaps():
    frame = clipped(Clip(upper=2.0), pd.DataFrame({"n": pd.array([1, None, 3], dtype="Int64")}))
    np.testing.assert_array_equal(frame["n"], [1.0, np.nan, 2.0])


def test_a_table_without_numbers_stays_as_it_is():
    pd.testing.assert_frame_equal(clipped(Clip(upper=2.0), FRAME[["t"]]), FRAME[["t"]])


def test_one_bound_is_enough():
    assert clipped(Clip(lower=0.0), np.array([[-1.0, 1.0]])).tolist() == [[0.0, 1.0]]


def test_only_the_chosen_columns_are_clipped():
    frame = clipped(Clip(upper=1.0, columns=["f"]), FRAME)
    assert frame["n"].tolist() == [-5, 0, 5]
    assert frame["f"].tolist()[2] == 1.0


def test_images_keep_their_shape():
    assert clipped(Clip(upper=3.0), np.arange(8.0).reshape(2, 2, 2)).tolist() == [[[0, 1], [2, 3]], [[3, 3], [3, 3]]]


def test_numbers_need_no_training_rows_but_quantiles_do():
    assert not Clip(lower=0.0).learns
    assert Clip(lower_quantile=0.1).learns
    assert Clip().keeps_rows


def test_quantiles_are_those_of_each_columns_training_rows():
    train = np.column_stack([np.arange(11.0), np.arange(11.0) * 10])
    fitted = Clip(lower_quantile=0.1, upper_quantile=0.9).fit(Dataset.of(train))
    assert clipped(fitted, np.array([[-5.0, 500.0], [5.0, 50.0]])).tolist() == [[1.0, 90.0], [5.0, 50.0]]


def test_a_number_and_a_quantile_may_bound_different_sides():
    fitted = Clip(lower=0.0, upper_quantile=0.5).fit(Dataset.of(FRAME))
    assert clipped(fitted, FRAME)["n"].tolist() == [0, 0, 0]


def test_columns_of_texts_later_do_not_move_the_bounds():
    fitted = Clip(upper_quantile=1.0).fit(Dataset.of(FRAME))
    with pytest.raises(DataError, match="not a column of numbers: 'n'"):
        clipped(fitted, FRAME.astype({"n": str}))


def test_a_column_without_any_value_has_no_quantile():
    with pytest.raises(DataError, match="has no quantile"):
        Clip(upper_quantile=0.5).fit(Dataset.of(np.array([[np.nan]])))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "has no bound"),
        ({"lower": 2.0, "upper": 1.0}, "lower bound 2.0 is above the upper one 1.0"),
        ({"lower_quantile": 0.9, "upper_quantile": 0.1}, "lower bound 0.9 is above"),
        ({"lower": 0.0, "lower_quantile": 0.1}, "lower and lower_quantile exclude each other"),
    ],
)
def test_bounds_that_contradict_each_other_are_refused(options, told):
    with pytest.raises(ConfigError, match=told):
        Clip(**options).fit(Dataset.of(np.eye(2))) if Clip(**options).learns else clipped(Clip(**options), np.eye(2))


def test_sparse_features_are_refused():
    with pytest.raises(DataError, match="csr_matrix"):
        clipped(Clip(lower=0.0), sparse.csr_matrix(np.eye(2)))


def test_neither_rows_nor_cleaner_are_changed():
    before, cleaner = FRAME.copy(), Clip(upper_quantile=0.5)
    clipped(cleaner.fit(Dataset.of(FRAME)), FRAME)
    pd.testing.assert_frame_equal(FRAME, before)
    assert cleaner.columns is None


def test_a_fitted_one_can_be_saved():
    fitted = Clip(lower=0.0, upper_quantile=0.5).fit(Dataset.of(FRAME))
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.cleaners.clip.Clip"])
    pd.testing.assert_frame_equal(clipped(saved, FRAME), clipped(fitted, FRAME))


def test_a_note_counts_the_values_that_changed():
    dataset = Clip(lower=-1.0, upper=2.0).clean(Dataset.of(FRAME))
    assert dataset.notes == ("clipped 2 values in 'n', 1 in 'f'",)
    assert Clip(lower=-9.0).clean(Dataset.of(FRAME)).notes == ()
    assert Clip(upper=1.0).clean(Dataset.of(np.arange(4.0))).notes == ("clipped 2 values",)


def test_columns_can_be_chosen_by_pattern():
    frame = clipped(Clip(upper=1.0, columns={"types": ["number"], "except": ["n"]}), FRAME)
    assert frame["n"].tolist() == [-5, 0, 5]
    assert frame["f"].tolist()[2] == 1.0


def test_given_bounds_work_row_by_row_and_quantiles_do_not():
    assert Clip(lower=0.0).row_by_row
    assert not Clip(lower_quantile=0.1).row_by_row


def test_a_new_row_without_the_value_passes():
    fitted = Clip(upper_quantile=0.5).fit(Dataset.of(FRAME))
    new = pd.DataFrame({"n": [7], "f": pd.Series([None], dtype=object), "t": ["x"]})
    assert clipped(fitted, new)["n"].tolist() == [0]
    assert np.isnan(clipped(fitted, new)["f"].item())
