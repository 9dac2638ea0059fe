from __future__ import annotations

import pytest

from runner.report.html.tables import NOTHING, Cell, cell, number, safe, table


def test_a_column_of_numbers_is_one_also_where_some_are_missing_or_are_cells() -> None:
    made = table(
        ("a", "b", "c", "d"), [[1, Cell("3"), "x", Cell("2 ms", 0.002)], [None, cell(0.98765), "2", NOTHING]]
    )
    assert [heading.numeric for heading in made.headings] == [True, True, False, False]
    assert made.layout == "n1 n2"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, NOTHING), ("", NOTHING), (True, "yes"), (12345, "12,345"), (0.98765432, "0.9877"), (float("inf"), "inf")],
)
def test_a_value_is_shown_as_it_is_read(value: object, text: str) -> None:
    assert cell(value).text == text


def test_what_a_number_is_sorted_by_tells_more_than_is_shown() -> None:
    assert cell(0.123456789012).key == 0.123456789
    assert cell(0.5).key is None, "its text says all"


def test_columns_without_any_value_can_be_left_out() -> None:
    made = table(("a", "b"), [[1, None], [2, ""]]).filled()
    assert [heading.text for heading in made.headings] == ["a"]
    assert [[it.text for it in row] for row in made.rows] == [["1"], ["2"]]


@pytest.mark.fault("F68")
@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@sum(A1)", "\t=1"])
def test_what_a_spreadsheet_would_compute_is_marked(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert table([text], [[text]]).rows[0][0].text == f"'{text}"
    assert table([text], [[text]]).headings[0].text == f"'{text}"


def test_negative_numbers_are_no_formulas() -> None:
    assert safe("-0.5") == "-0.5"


def test_large_numbers_have_no_fraction() -> None:
    assert number(1234567.8) == "1,234,568"
