import numpy as np
import pandas as pd
import pytest

from runner_builtin.cleaners.casting import Writing, casted


def cast(values, to, **writing):
    after, failed = casted(pd.Series(values, dtype=object), to, Writing(**writing))
    return after, failed.tolist()


def test_texts_become_numbers_only_if_they_are_wholly_one():
    after, failed = cast(
        ["1", " -2.5 ", "1e3", ".5", "5.", "1 2", "0x10", "1_000", "inf", "nan", "", "1e400", None], "number"
    )
    assert after.tolist()[:5] == [1.0, -2.5, 1000.0, 0.5, 5.0]
    assert after.isna().tolist() == [False] * 5 + [True] * 8
    assert failed == [False] * 5 + [True] * 7 + [False]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234.567,5", 1234567.5),
        ("-12,5", -12.5),
        ("999", 999.0),
        ("1.23", None),
        ("1.2345", None),
        ("1.234,5.6", None),
    ],
)
def test_numbers_are_written_as_a_country_does(text, number):
    after, failed = cast([text], "number", decimal=",", thousands=".")
    assert failed == [number is None]
    assert number is None or after.tolist() == [number]


def test_a_decimal_point_is_none_where_the_comma_is():
    assert cast(["1.5"], "number", decimal=",")[1] == [True]


def test_numbers_stay_what_they_are():
    column = pd.Series([1.5, np.nan])
    after, failed = casted(column, "number", Writing())
    assert after is column
    assert not failed.any()


def test_whole_numbers_keep_every_digit():
    after, failed = cast(["9007199254740993", "-9223372036854775808"], "integer")
    assert after.tolist() == [9007199254740993, -9223372036854775808]
    assert after.dtype == np.int64
    assert failed == [False, False]


def test_whole_numbers_beside_gaps_are_floats_as_far_as_these_are_exact():
    after, failed = cast(["12", None, "9007199254740993", 3.0], "integer")
    assert after.tolist()[0] == 12.0
    assert after.isna().tolist() == [False, True, True, False]
    assert failed == [False, False, True, False]


@pytest.mark.parametrize("value", ["1.5", 1.5, "99999999999999999999", "one", "1e400", np.inf, pd.Timestamp(0)])
def test_what_is_no_whole_number_is_none(value):
    assert cast([value], "integer")[1] == [True]


def test_a_whole_number_may_be_written_with_a_point():
    assert cast(["3.0", "1e3", 4.0, True], "integer")[0].tolist() == [3, 1000, 4, 1]


def test_anything_has_a_text_and_gaps_stay():
    after, failed = cast([1, 1.0, "x", True, None], "string")
    assert after.tolist()[:4] == ["1", "1.0", "x", "True"]
    assert after.isna().tolist() == [False] * 4 + [True]
    assert not any(failed)
    assert cast([None], "string")[0].isna().all()


def test_yes_and_no_in_their_usual_words():
    after, failed = cast(["Yes", "F", 1, 0.0, True, " no "], "boolean")
    assert after.tolist() == [True, False, True, False, True, False]
    assert after.dtype == bool
    assert not any(failed)


def test_other_words_are_neither_yes_nor_no():
    after, failed = cast(["yes", "maybe", 2, None], "boolean")
    assert str(after.dtype) == "boolean"
    assert after.isna().tolist() == [False, True, True, True]
    assert failed == [False, True, True, False]


def test_categories_keep_their_values():
    after, failed = cast(["b", "a", None], "category")
    assert str(after.dtype) == "category"
    assert after.tolist()[:2] == ["b", "a"]
    assert not any(failed)


def test_dates_are_iso_and_offsets_become_utc():
    after, failed = cast(
        ["2024-01-31", "2024-01-31T12:00:00+02:00", "31.1.2024", 20240131, "2024-02-30", None], "date"
    )
    assert after.tolist()[:2] == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-01-31 10:00")]
    assert failed == [False, False, True, True, True, False]
    assert after.dtype.kind == "M"


def test_dates_may_be_written_otherwise():
    assert cast(["31.1.2024"], "date", date_format="%d.%m.%Y")[0].tolist() == [pd.Timestamp("2024-01-31")]


@pytest.mark.parametrize("to", ["number", "integer", "string", "boolean", "category", "date"])
def test_nothing_at_all_can_be_cast(to):
    for values in ([], [None]):
        after, failed = cast(values, to)
        assert len(after) == len(values)
        assert not any(failed)
