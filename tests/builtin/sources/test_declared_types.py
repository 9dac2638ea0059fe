import pandas as pd
import pytest

from runner_builtin.sources.declared_types import declared, is_of, shape_of


@pytest.mark.parametrize(
    ("kind", "texts", "unfit"),
    [
        ("integer", ["1", "+2", "x", "1.0", None, "9" * 19], [2, 3, 5]),
        ("number", ["1", "1e3", "x", None], [2]),
        ("boolean", ["True", "NO", "0", "2", None], [3]),
        ("date", ["2024-02-29", "2023-02-29", "29.2.2024", None], [1, 2]),
        ("string", ["x", None], []),
        ("category", ["x", None], []),
    ],
)
def test_what_does_not_fit_is_found(kind, texts, unfit):
    turned, found = declared(pd.Series(texts, dtype="str"), kind)
    assert found.nonzero()[0].tolist() == unfit
    assert len(turned) == len(texts)


def test_times_with_a_zone_are_brought_to_utc():
    turned, _ = declared(pd.Series(["2024-01-01T00:00:00+02:00", "2024-01-01"]), "date")
    assert turned.tolist() == [pd.Timestamp("2023-12-31 22:00"), pd.Timestamp("2024-01-01")]
    assert turned.dtype == "datetime64[us]"


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 2], "integer", True),
        ([1.0, None], "integer", True),
        ([1.5], "integer", False),
        ([2.0**60, None], "integer", False),
        ([1.5], "number", True),
        (["x"], "integer", False),
        (["x"], "number", False),
    ],
)
def test_what_pandas_read_may_be_of_the_type_already(values, kind, expected):
    assert is_of(pd.Series(values), kind) is expected


def test_a_shape_shows_no_letter_and_no_digit():
    assert shape_of("12.Mar") == "a text of 6 characters like '99.aaa'"
