import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.fill_by_model import FillByModel
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES

TRUSTED = [*TRUSTED_TYPES, "runner_builtin.cleaners.fill_by_model.FillByModel"]


def line(rows=40):
    a = np.linspace(0, 10, rows)
    return pd.DataFrame({"a": a, "b": 1000 * a + 5, "t": ["x"] * rows})


def filled(cleaner, train, rows=None):
    return cleaner.fit(Dataset.of(train)).clean(Dataset.of(train if rows is None else rows)).features


@pytest.mark.parametrize(("method", "close"), [("knn", 400.0), ("iterative", 20.0)])
def test_a_gap_is_filled_from_the_columns_beside_it(method, close):
    frame = line()
    truth = frame["b"].tolist()
    frame.loc[[7, 20, 33], "b"] = np.nan
    after = filled(FillByModel(method=method, random_state=0), frame)
    assert after["b"].tolist() == pytest.approx(truth, abs=close)
    assert after["t"].tolist() == frame["t"].tolist()


@pytest.mark.parametrize("method", ["knn", "iterative"])
def test_what_is_there_stays_bit_by_bit(method):
    rows = np.random.default_rng(0).normal(size=(50, 4)) * [1, 1e6, 1e-6, 1]
    gaps = np.random.default_rng(1).random(rows.shape) < 0.1
    after = filled(FillByModel(method=method, iterations=40, random_state=0), np.where(gaps, np.nan, rows))
    assert np.array_equal(after[~gaps], rows[~gaps])
    assert np.isfinite(after).all()


def test_columns_count_alike_whatever_their_unit():
    train = pd.DataFrame({"near": [0.0, 1.0] * 10, "huge": np.arange(20) * 1e9, "value": [5.0, 7.0] * 10})
    rows = pd.DataFrame({"near": [1.0], "huge": [4.1e9], "value": [np.nan]})
    assert filled(FillByModel(neighbours=3), train, rows)["value"].tolist() == [7.0]


def test_new_rows_are_filled_by_what_the_training_rows_say():
    new = pd.DataFrame({"a": [5.0], "b": [np.nan], "t": ["y"]})
    value = filled(FillByModel(neighbours=2), line(), new)["b"].item()
    assert value == pytest.approx(5005.0, abs=200)


def test_images_keep_their_shape():
    images = np.random.default_rng(0).random((12, 2, 3))
    images[3, 1, 2] = np.nan
    after = filled(FillByModel(), images)
    assert after.shape == (12, 2, 3)
    assert np.isfinite(after).all()


def test_a_note_counts_what_was_filled():
    frame = line()
    frame.loc[[1, 2], "a"] = np.nan
    assert FillByModel().fit(Dataset.of(frame)).clean(Dataset.of(frame)).notes == ("filled 2 values in 'a'",)


@pytest.mark.parametrize("method", ["knn", "iterative"])
def test_a_saved_one_fills_the_same(method):
    frame = line()
    frame.loc[[7, 20], "b"] = np.nan
    fitted = FillByModel(method=method, random_state=0).fit(Dataset.of(frame))
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=TRUSTED)
    pd.testing.assert_frame_equal(saved.clean(Dataset.of(frame)).features, fitted.clean(Dataset.of(frame)).features)


def test_a_column_that_is_missing_everywhere_is_named():
    with pytest.raises(DataError, match="'b' is missing in every training row"):
        filled(FillByModel(), line().assign(b=np.nan))
    with pytest.raises(DataError, match="position 1 of the rows is missing"):
        filled(FillByModel(), np.array([[1.0, np.nan], [2.0, np.nan]]))


def test_a_table_without_numbers_is_refused():
    with pytest.raises(DataError, match="no columns of numbers"):
        filled(FillByModel(), line()[["t"]])


def test_fitting_leaves_the_cleaner_unchanged():
    cleaner = FillByModel(random_state=0)
    before = dict(vars(cleaner))
    cleaner.fit(Dataset.of(line()))
    assert vars(cleaner) == before
    assert cleaner.learns
    assert cleaner.keeps_rows


def test_a_new_row_without_the_value_is_filled():
    new = pd.DataFrame({"a": pd.Series([None], dtype=object), "b": [5005.0], "t": ["y"]})
    assert filled(FillByModel(neighbours=2), line(), new)["a"].item() == pytest.approx(5.0, abs=0.2)
