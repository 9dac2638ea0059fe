import datetime

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from runner.errors import ConfigError, DataError
from runner_builtin.transforms.date_parts import DateParts

TEXTS = ["2024-02-29 23:30", "2023-12-31"]  # a Thursday and a Sunday
SHAPES = {
    "texts": pd.DataFrame({"when": TEXTS}),
    "dates": pd.DataFrame({"when": pd.to_datetime(TEXTS, format="ISO8601")}),
    "series": pd.Series(TEXTS, name="when"),
    "objects": np.array(TEXTS, dtype=object)[:, None],
    "datetime64": np.array(TEXTS, dtype="datetime64[m]")[:, None],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_dates_in_any_form_are_taken_apart(shape):
    assert clone(DateParts()).fit_transform(SHAPES[shape]).tolist() == [
        [2024, 2, 29, 3, 23, 0],
        [2023, 12, 31, 6, 0, 1],
    ]


def test_parts_are_chosen_and_named_after_their_columns():
    frame = pd.DataFrame({"bought": TEXTS, "paid": TEXTS})
    fitted = DateParts(parts=("minute", "day_of_year"), since="2024-01-01").fit(frame)
    names = ["minute", "day_of_year", "days_since"]
    assert fitted.get_feature_names_out().tolist() == [f"{c}_{n}" for c in ("bought", "paid") for n in names]
    assert fitted.transform(frame)[:, :3].tolist() == [[30, 60, 59 + 23.5 / 24], [0, 365, -1]]


def test_cyclic_parts_meet_where_they_come_around():
    frame = pd.DataFrame({"when": ["2023-12-01", "2024-01-01", "2024-06-01"]})
    fitted = DateParts(parts=("year", "month"), cyclic=True).fit(frame)
    assert fitted.get_feature_names_out().tolist() == ["when_year", "when_month_sin", "when_month_cos"]
    december, january, june = fitted.transform(frame)[:, 1:]
    assert np.linalg.norm(december - january) == pytest.approx(2 * np.sin(np.pi / 12))
    assert np.linalg.norm(december - june) == pytest.approx(2)


def test_missing_dates_have_missing_parts():
    parts = DateParts(since="2024-01-01", cyclic=True).fit_transform(pd.DataFrame({"when": ["2024-02-29", None]}))
    assert not np.isnan(parts[0]).any()
    assert np.isnan(parts[1]).all()


def test_a_time_zone_keeps_its_own_clock():
    frame = pd.DataFrame({"when": ["2024-07-01T01:00:00+02:00"]})
    fitted = DateParts(parts=("day", "hour"), since="2024-07-01").fit(frame)
    assert fitted.transform(frame).tolist() == [[1, 1, 1 / 24]]


def test_dates_of_python_are_dates():
    frame = pd.DataFrame({"when": pd.Series([datetime.date(2024, 2, 29)], dtype=object)})
    assert DateParts(parts=("year",)).fit_transform(frame).tolist() == [[2024]]


def test_a_fitted_one_can_be_saved():
    fitted = DateParts(since="2024-01-01").fit(SHAPES["texts"])
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.transforms.date_parts.DateParts"])
    np.testing.assert_array_equal(saved.transform(SHAPES["texts"]), fitted.transform(SHAPES["texts"]))


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (
            {"when": ["2024-01-01", "31.12.2023"]},
            r"1 of 2 values are no dates \(the first, in row 1, is '31.12.2023'",
        ),
        ({"when": ["2024-02-30"]}, "1 of 1 values are no dates"),
        ({"n": [20240101]}, "column 'n' holds int64, no dates. Name the columns of dates in the option 'columns'"),
        ({"when": ["2024-01-01T00:00+01:00", "2024-01-01T00:00+02:00"]}, "dates of several time zones"),
    ],
)
def test_what_is_no_date_is_refused(frame, told):
    with pytest.raises(DataError, match=told):
        DateParts().fit(pd.DataFrame(frame))


@pytest.mark.parametrize(
    ("transform", "error", "told"),
    [
        (DateParts(since="yesteryear"), ConfigError, "since is 'yesteryear', no date"),
        (DateParts(since="2024-01-01T00:00+01:00"), DataError, "the dates have no time zone"),
        (DateParts(parts=()), ConfigError, "left nothing to give"),
    ],
)
def test_options_that_give_nothing_are_refused(transform, error, told):
    with pytest.raises(error, match=told):
        transform.fit(SHAPES["texts"])
