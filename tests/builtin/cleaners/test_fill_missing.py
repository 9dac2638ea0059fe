import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.fill_missing import FillMissing

TRAIN = pd.DataFrame({"n": [1.0, 2.0, 6.0, np.nan], "t": ["b", "a", "b", "a"]})


def filled(cleaner, train, test=None):
    test = train if test is None else test
    return cleaner.fit(Dataset.of(train)).clean(Dataset.of(test)).features


@pytest.mark.parametrize(("strategy", "value"), [("mean", 3.0), ("median", 2.0), ("most_frequent", 1.0)])
def test_gaps_get_the_statistic_of_the_training_rows(strategy, value):
    test = pd.DataFrame({"n": [np.nan, 100.0], "t": ["a", "c"]})
    assert filled(FillMissing(strategy=strategy), TRAIN, test)["n"].tolist() == [value, 100.0]


def test_the_most_frequent_text_fills_and_ties_go_to_the_smallest():
    test = pd.DataFrame({"n": [0.0], "t": [None]})
    assert filled(FillMissing(strategy="most_frequent"), TRAIN, test)["t"].tolist() == ["a"]


def test_a_constant_fills_the_columns_of_its_type():
    frame = pd.DataFrame({"n": [np.nan, 1.0], "t": ["x", "y"]})
    assert filled(FillMissing(strategy="constant", value=-1.0), frame)["n"].tolist() == [-1.0, 1.0]
    texts = pd.DataFrame({"n": [0.0, 1.0], "t": [None, "y"]})
    assert filled(FillMissing(strategy="constant", value="?"), texts)["t"].tolist() == ["?", "y"]


def test_only_the_chosen_columns_are_filled():
    frame = pd.DataFrame({"n": [np.nan, 1.0], "m": [np.nan, 1.0]})
    cleaned = filled(FillMissing(columns=["m"]), frame)
    assert cleaned.isna().to_numpy().tolist() == [[True, False], [False, False]]


def test_a_column_without_gaps_in_training_is_filled_later():
    train, test = pd.DataFrame({"n": [1, 3]}), pd.DataFrame({"n": [np.nan]})
    assert filled(FillMissing(strategy="mean"), train, test)["n"].tolist() == [2.0]


def test_nullable_integers_take_a_fraction():
    frame = pd.DataFrame({"n": pd.array([1, 2, None], dtype="Int64")})
    assert filled(FillMissing(strategy="mean"), frame)["n"].tolist() == [1.0, 2.0, 1.5]


def test_each_place_of_an_array_is_filled_from_its_own_values():
    images = np.array([[[1.0, 2.0]], [[3.0, np.nan]], [[np.nan, 6.0]]])
    np.testing.assert_array_equal(
        filled(FillMissing(strategy="mean"), images), [[[1.0, 2.0]], [[3.0, 4.0]], [[2.0, 6.0]]]
    )


def test_a_gap_in_texts_is_refused_by_the_mean():
    frame = pd.DataFrame({"n": [1.0], "t": [None]}).astype({"t": object})
    with pytest.raises(DataError, match=r"strategy median does not suit 't' \(object\)"):
        filled(FillMissing(), frame)


def test_a_text_for_a_column_of_numbers_is_refused():
    with pytest.raises(DataError, match=r"constant '\?' does not suit 'n'"):
        filled(FillMissing(strategy="constant", value="?"), TRAIN)


def test_a_column_without_any_value_has_no_statistic():
    with pytest.raises(DataError, match="column 'n' is missing in every training row"):
        filled(FillMissing(), pd.DataFrame({"n": [np.nan, np.nan]}))


@pytest.mark.parametrize("options", [{"strategy": "constant"}, {"strategy": "mean", "value": 0.0}])
def test_a_value_goes_with_the_constant_and_only_with_it(options):
    with pytest.raises(ConfigError, match="a value goes with strategy 'constant'"):
        filled(FillMissing(**options), TRAIN)


def test_other_columns_than_learned_are_refused():
    with pytest.raises(DataError, match="there is no column 'n'"):
        filled(FillMissing(columns=["n"]), TRAIN, TRAIN[["t"]])


def test_rows_of_another_shape_than_learned_are_refused():
    with pytest.raises(DataError, match=r"learned rows of shape \(2,\) and now meets \(3,\)"):
        filled(FillMissing(), np.eye(2), np.eye(3))


def test_fitting_leaves_the_cleaner_and_the_rows_unchanged():
    cleaner, before = FillMissing(strategy="most_frequent"), TRAIN.copy()
    filled(cleaner, TRAIN)
    assert not hasattr(cleaner, "filling_")
    pd.testing.assert_frame_equal(TRAIN, before)


def test_every_row_is_kept_with_target_and_id():
    fitted = FillMissing(strategy="most_frequent").fit(Dataset.of(TRAIN))
    dataset = Dataset.of(TRAIN, [3, 2, 1, 0]).take(np.array([3, 0]))
    cleaned = fitted.clean(dataset)
    assert cleaned.row_ids.tolist() == [3, 0]
    assert cleaned.target.tolist() == [0, 3]
    assert fitted.learns
    assert fitted.keeps_rows


@pytest.mark.parametrize("train", [TRAIN, np.array([[1.0, np.nan], [2.0, 4.0]])])
def test_a_fitted_one_can_be_saved(train):
    fitted = FillMissing(strategy="most_frequent").fit(Dataset.of(train))
    again = pickle.loads(pickle.dumps(fitted))
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.cleaners.fill_missing.FillMissing"])
    expected = np.asarray(fitted.clean(Dataset.of(train)).features)
    for copy in (again, saved):
        np.testing.assert_array_equal(np.asarray(copy.clean(Dataset.of(train)).features), expected)


def test_a_note_counts_the_gaps_that_were_filled():
    frame = pd.DataFrame({"a": [1.0, np.nan, np.nan], "b": [1.0, 2.0, 3.0]})
    dataset = Dataset.of(frame)
    assert FillMissing().fit(dataset).clean(dataset).notes == ("filled 2 values in 'a'",)
    array = Dataset.of(frame.to_numpy())
    assert FillMissing().fit(array).clean(array).notes == ("filled 2 values",)


def test_columns_can_be_chosen_by_type():
    frame = pd.DataFrame({"a": [1.0, np.nan], "t": ["x", None]})
    fitted = FillMissing(columns={"types": ["number"]}).fit(Dataset.of(frame))
    filled = fitted.clean(Dataset.of(frame)).features
    assert filled["a"].tolist() == [1.0, 1.0]
    assert filled["t"].isna().tolist() == [False, True]
