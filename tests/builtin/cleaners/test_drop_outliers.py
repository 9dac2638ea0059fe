import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.drop_outliers import DropOutliers

VALUES = [1.0, 2.0, 3.0, 4.0, 100.0]


def kept(cleaner, features):
    return cleaner.fit(Dataset.of(features)).clean(Dataset.of(features)).row_ids.tolist()


def test_rows_beyond_tukeys_fences_are_dropped():
    assert kept(DropOutliers(), pd.DataFrame({"a": VALUES})) == [0, 1, 2, 3]


def test_the_fences_are_inclusive():
    # quartiles 0 and 2 put the upper fence at 2 + 1.5 * 2 = 5
    assert kept(DropOutliers(), np.array([[0.0], [0.0], [1.0], [2.0], [5.0]])) == [0, 1, 2, 3, 4]
    assert kept(DropOutliers(), np.array([[0.0], [0.0], [1.0], [2.0], [5.1]])) == [0, 1, 2, 3]


def test_a_larger_threshold_keeps_more():
    assert kept(DropOutliers(threshold=60.0), pd.DataFrame({"a": VALUES})) == [0, 1, 2, 3, 4]


def test_zscores_measure_in_standard_deviations():
    rows = np.array([[0.0]] * 20 + [[1.0]])
    assert 20 not in kept(DropOutliers(method="zscore"), rows)
    assert 20 in kept(DropOutliers(method="zscore", threshold=5.0), rows)


def test_a_constant_column_has_no_outliers():
    for method in ("iqr", "zscore"):
        assert kept(DropOutliers(method=method), np.ones((4, 2))) == [0, 1, 2, 3]


def test_missing_values_are_no_outliers_even_in_a_column_of_nothing_else():
    frame = pd.DataFrame({"a": [*VALUES[:4], np.nan], "b": [np.nan] * 5})
    assert kept(DropOutliers(), frame) == [0, 1, 2, 3, 4]


def test_texts_are_passed_over_and_columns_can_be_chosen():
    frame = pd.DataFrame({"a": VALUES, "b": [100.0, 4.0, 3.0, 2.0, 1.0], "t": list("vwxyz")})
    assert kept(DropOutliers(), frame) == [1, 2, 3]
    assert kept(DropOutliers(columns=["b"]), frame) == [1, 2, 3, 4]


def test_a_chosen_column_of_texts_is_refused():
    with pytest.raises(DataError, match="not a column of numbers: 't'"):
        kept(DropOutliers(columns=["t"]), pd.DataFrame({"t": ["x"]}))


@pytest.mark.parametrize("method", ["iqr", "zscore"])
@pytest.mark.parametrize("frame", [pd.DataFrame({"t": ["x", "y"]}), pd.DataFrame({"a": [np.nan, np.nan]})])
def test_a_table_without_numbers_is_refused(method, frame):
    with pytest.raises(DataError, match="there are no numbers to judge the rows by"):
        kept(DropOutliers(method=method), frame)


def test_images_are_judged_by_every_pixel():
    images = np.ones((6, 2, 2)) + np.arange(6)[:, None, None] * 0.1
    images[2, 1, 0] = 50
    assert kept(DropOutliers(), images) == [0, 1, 3, 4, 5]


def test_the_fences_are_those_of_the_training_rows():
    fitted = DropOutliers().fit(Dataset.of(np.array([[1.0], [2.0], [3.0]])))
    cleaned = fitted.clean(Dataset.of(np.array([[2.0], [40.0], [41.0]]), [0, 1, 2]))
    assert cleaned.target.tolist() == [0]
    assert dict(cleaned.dropped) == {"outliers": 2}


def test_fitting_leaves_the_cleaner_unchanged_and_says_that_it_learns():
    cleaner = DropOutliers()
    cleaner.fit(Dataset.of(np.eye(3)))
    assert vars(cleaner) == {"method": "iqr", "threshold": None, "columns": None}
    assert cleaner.learns
    assert not getattr(cleaner, "keeps_rows", False)
