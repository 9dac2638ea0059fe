"""Long tables: columns in line, at a hundredth of the cost of a table that is fitted to a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

#: Between two columns.
_GAP = "  "


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = ()) -> Iterator[str]:
    """Give the lines of a table, the headings first. numbers: headings of the columns set to the right.

    >>> list(aligned(("name", "size"), [("a", "10"), ("bcdef", "9")], numbers=("size",)))
    ['name   size', 'a        10', 'bcdef     9']
    """
    lines = [headings, *([_one_line(text) for text in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    right = [heading in numbers for heading in headings]
    for line in lines:
        cells = (_padded(*cell) for cell in zip(line, widths, right, strict=True))
        yield _GAP.join(cells).rstrip()


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if to_the_right else text + space


def _one_line(text: str) -> str:
    """Show a text's line ends and other control signs as Python writes them.

    >>> _one_line("a\\nb")
    'a\\\\nb'
    """
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
