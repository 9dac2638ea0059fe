"""A table of a page: what is shown, and what it is sorted by.

>>> made = table(("learner", "score"), [["ridge", 0.91], ["lasso", None]], caption="Scores")
>>> [heading.numeric for heading in made.headings], [cell.text for cell in made.rows[1]]
([False, True], ['lasso', '—'])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

#: What a cell without a value shows.
NOTHING = "—"
#: What the beginning of a formula is, for spreadsheets.
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. key: what it is sorted by where that is not its text; a cell without a value sorts last.

    link: where a click on it leads, relative to the page.
    """

    text: str
    key: float | str | None = None
    link: str = ""


@dataclass(frozen=True)
class Heading:
    """The name of a column. numeric: its values are numbers, set flush right and sorted so; note: what it means."""

    text: str
    numeric: bool = False
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table. caption: its title; note: what its reader should know."""

    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    note: str = ""

    def filled(self) -> Table:
        """Return it without the columns in which no cell has a value."""
        kept = [place for place in range(len(self.headings)) if any(row[place].text != NOTHING for row in self.rows)]
        rows = [[row[place] for place in kept] for row in self.rows]
        return replace(self, headings=[self.headings[place] for place in kept], rows=rows)

    @property
    def layout(self) -> str:
        """The classes that set its columns of numbers flush right."""
        return " ".join(f"n{place}" for place, heading in enumerate(self.headings, 1) if heading.numeric)


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str = "", note: str = "") -> Table:
    """Make a table of plain values; a column that holds nothing but numbers is one of numbers."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    numeric = [any(map(_is_number, column)) and all(_fits(value) for value in column) for column in columns]
    return Table(
        [Heading(safe(name), is_numeric) for name, is_numeric in zip(headings, numeric, strict=True)],
        [[value if isinstance(value, Cell) else cell(value) for value in row] for row in rows],
        caption,
        note,
    )


def cell(value: Any, digits: int = 4) -> Cell:
    """Show a value. digits: of a number with a fraction, as many as matter; its key has nine."""
    if value is None or value == "":
        return Cell(NOTHING)
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(f"{value:,}", value) if abs(value) >= 1000 else Cell(str(value))
    if isinstance(value, float):
        return _fraction(value, digits) if isfinite(value) else Cell(str(value))
    return Cell(safe(str(value)))


def safe(text: str) -> str:
    """Mark a text that a spreadsheet would compute if the table were copied there, as `results.csv` does.

    >>> safe("=cmd|' /C calc'!A0"), safe("-1.5"), safe("adam")
    ("'=cmd|' /C calc'!A0", '-1.5', 'adam')
    """
    return f"'{text}" if text.startswith(_COMPUTED) and not _reads_as_number(text) else text


def _fraction(value: float, digits: int) -> Cell:
    text = number(value, digits)
    # Nine digits tell any two scores apart, and a page of 200,000 cells stays half as large.
    return Cell(text) if text == repr(value) else Cell(text, float(f"{value:.9g}"))


def number(value: float, digits: int = 4) -> str:
    """Write a number with so many significant digits.

    >>> number(0.98765), number(1234.5), number(2.0)
    ('0.9877', '1234', '2')
    """
    return f"{value:.{max(digits, 1)}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def _is_number(value: Any) -> bool:
    if isinstance(value, Cell):
        return isinstance(value.key, float | int) or (value.key is None and _reads_as_number(value.text))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reads_as_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _fits(value: Any) -> bool:
    return value is None or (isinstance(value, Cell) and value.text == NOTHING) or _is_number(value)
