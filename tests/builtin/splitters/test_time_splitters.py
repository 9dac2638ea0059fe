import datetime

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.splitters.time_splitters import TimeHoldout, TimeSeries, in_time

TEXTS = ["2024-02-01", "2023-12-31", "2024-01-15", "2024-01-02T10:00:00"]
ORDER = [1, 3, 2, 0]


def dated(values) -> Dataset:
    table = pd.DataFrame({"when": values, "x": np.arange(len(values))})
    return Dataset.of(table, np.arange(len(values)) % 2, fingerprint="f")


@pytest.mark.parametrize(
    "values",
    [
        TEXTS,
        pd.Categorical(TEXTS),
        pd.to_datetime(pd.Series(TEXTS), format="ISO8601"),
        pd.to_datetime(pd.Series(TEXTS), format="ISO8601").dt.tz_localize("Europe/Berlin"),
        [
            datetime.date(2024, 2, 1),
            datetime.date(2023, 12, 31),
            datetime.date(2024, 1, 15),
            datetime.date(2024, 1, 2),
        ],
        [9, -1, 3, 2],
        [0.9, 0.1, 0.3, 0.2],
    ],
    ids=["texts", "categories", "dates", "dates of a zone", "days", "whole numbers", "numbers"],
)
def test_rows_are_put_in_the_order_of_a_column_of_dates_or_numbers(values):
    assert in_time(dated(values), "when", "sort", "time_holdout").tolist() == ORDER


def test_times_of_different_zones_are_compared_as_moments():
    values = ["2024-01-01T12:00:00+00:00", "2024-01-01T12:00:00+02:00"]
    assert in_time(dated(values), "when", "sort", "time_series").tolist() == [1, 0]


def test_the_latest_rows_are_tested_on_whatever_their_place():
    ((train, test),) = TimeHoldout(test_size=0.25, column="when", unsorted="sort").split(dated(TEXTS))
    assert (train.tolist(), test.tolist()) == ([1, 3, 2], [0])


def test_without_a_column_the_last_rows_are_the_latest():
    ((train, test),) = TimeHoldout(test_size=0.3, gap=2).split(np.zeros((10, 1)))
    assert (train.tolist(), test.tolist()) == ([0, 1, 2, 3, 4], [7, 8, 9])


def test_a_series_in_the_order_of_a_column_is_the_series_of_the_sorted_rows():
    values = np.random.default_rng(0).permutation(30)
    by_column = TimeSeries(folds=4, gap=1, column="when", unsorted="sort").split(dated(values))
    place_of = np.argsort(values)
    for (train, test), (first, second) in zip(
        by_column, TimeSeries(folds=4, gap=1).split(np.zeros((30, 1))), strict=True
    ):
        assert train.tolist() == place_of[first].tolist()
        assert test.tolist() == place_of[second].tolist()
        assert values[train].max() < values[test].min()


@pytest.mark.fault("F84")
@pytest.mark.parametrize("splitter", [TimeHoldout(column="when"), TimeSeries(folds=2, column="when")], ids=repr)
def test_rows_that_are_not_in_the_order_of_their_time_are_an_error(splitter):
    with pytest.raises(
        DataError, match=r"2 of 4 rows are earlier in 'when' than the row before.*0: 1, 3.*unsorted=sort"
    ):
        list(splitter.split(dated(TEXTS)))


def test_rows_in_order_need_not_be_sorted():
    ((train, test),) = TimeHoldout(column="when").split(dated([1, 1, 2, 3]))
    assert (train.tolist(), test.tolist()) == ([0, 1, 2], [3])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["a", "b"], "holds neither numbers nor dates such as 2026-01-31"),
        (["01.02.2024", "02.02.2024"], "holds neither numbers nor dates"),
        ([True, False], "holds neither numbers nor dates"),
        (["2024-01-01", None], "column 'when' has no value in 1 of 2 rows"),
    ],
)
def test_a_column_that_is_no_time_is_refused(values, told):
    with pytest.raises(DataError, match=told):
        list(TimeHoldout(column="when").split(dated(values)))


def test_a_column_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(DataError, match=r"there is no column 'wen' among the features\. Did you mean 'when'"):
        list(TimeHoldout(column="wen").split(dated(TEXTS)))
    with pytest.raises(DataError, match="the features are no table, so they have no column 'when'"):
        list(TimeHoldout(column="when").split(Dataset.of(np.zeros((4, 1)))))


@pytest.mark.parametrize("kind", [TimeHoldout, TimeSeries])
def test_the_column_of_time_is_no_feature_unless_asked_for(kind):
    assert (kind().sees_rows, kind().columns_taken) == (False, ())
    assert (kind(column="when").sees_rows, kind(column="when").columns_taken) == (True, ("when",))
    assert kind(column="when", keep_column=True).columns_taken == ()


def test_a_gap_that_leaves_no_past_is_an_error_with_the_largest_possible():
    with pytest.raises(DataError, match="The largest possible gap is 6"):
        list(TimeHoldout(test_size=0.3, gap=7).split(np.zeros((10, 1))))
    assert len(next(TimeHoldout(test_size=0.3, gap=6).split(np.zeros((10, 1))))[0]) == 1
