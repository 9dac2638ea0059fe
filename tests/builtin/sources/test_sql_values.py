from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from runner.errors import DataError
from runner_builtin.sources.sql_values import as_kind, common_kind, without_zone

WHERE = "column 'a' of sqlite:///x.db"


@pytest.mark.fault("F79")
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None], "integer"),
        ([True, None], "boolean"),
        ([1, 2.5], "number"),
        ([Decimal("1.10"), 3], "number"),
        (["x", UUID(int=1)], "string"),
        ([date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)], "date"),
        ([None], None),
    ],
)
def test_values_of_like_types_have_a_kind_in_common(values, kind):
    assert common_kind(set(map(type, values)), WHERE) == kind


@pytest.mark.fault("F79")
@pytest.mark.parametrize(
    ("value", "type_name", "advice"),
    [
        (b"\xff", "bytes", "text that is not UTF-8"),
        ({"a": 1}, "dict", "single values"),
        ([1], "list", "single values"),
        (timedelta(1), "timedelta", "in the query"),
    ],
)
def test_a_value_without_a_place_in_a_table_is_refused_by_column_and_type(value, type_name, advice):
    with pytest.raises(DataError) as caught:
        common_kind({type(value), type(None)}, WHERE)
    assert str(caught.value).startswith(f"{WHERE} holds values of type {type_name}.")
    assert advice in str(caught.value)


def test_a_mixture_is_refused():
    with pytest.raises(DataError, match=r"kinds boolean and string\. Say in 'types'"):
        common_kind({str, bool}, WHERE)


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, None, 2.5, True, "x"], "string", ["1", None, "2.5", "true", "x"]),
        ([Decimal("1.10")], "string", ["1.10"]),
        (["é".encode()], "string", ["é"]),
        ([{"b": [1], "a": "é"}], "string", ['{"a": "é", "b": [1]}']),
        ([datetime(2026, 1, 31, 12)], "string", ["2026-01-31T12:00:00"]),
        (["7", 7.0, Decimal(7)], "integer", [7, 7, 7]),
        (["7.5", 7], "number", [7.5, 7.0]),
        (["True", "f", 1, 0, False], "boolean", [True, False, True, False, False]),
        (["2026-01-31", date(2026, 1, 31)], "date", [datetime(2026, 1, 31), date(2026, 1, 31)]),
    ],
)
def test_values_are_read_as_a_kind_that_is_stated(values, kind, read):
    assert as_kind(values, kind, WHERE, 0) == read


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("x", "number"),
        (7.5, "integer"),
        ("7.5", "integer"),
        (2, "boolean"),
        ("31.1.2026", "date"),
        (b"\xff", "string"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_row_and_not_shown(value, kind):
    with pytest.raises(DataError) as caught:
        as_kind([None, value], kind, WHERE, 100)
    assert f"the value in row 101 (counted from 0), of type {type(value).__name__}, cannot be read as {kind}" in str(
        caught.value
    )
    assert repr(value) not in str(caught.value)


def test_a_zone_is_taken_off_by_going_to_utc():
    east = datetime(2026, 1, 31, 2, tzinfo=timezone(timedelta(hours=3)))
    assert without_zone(east) == datetime(2026, 1, 30, 23)
    assert without_zone(date(2026, 1, 31)) == date(2026, 1, 31)
    assert without_zone(None) is None
