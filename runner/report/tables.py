"""Tables for people: fitted to a terminal, never cut when piped into another program."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = ()) -> Table:
    """Lay out texts as they are: what looks like markup in them is shown. numbers: headings set to the right."""
    laid_out = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        laid_out.add_column(Text(heading), justify="right" if heading in numbers else "left", overflow="fold")
    for row in rows:
        laid_out.add_row(*(Text(cell) for cell in row))
    return laid_out


def show(console: Console, laid_out: Table) -> None:
    """Print a table; where no terminal limits the width, every row is one line."""
    if console.is_terminal:
        console.print(laid_out)
        return
    lines = console.render_lines(laid_out, console.options.update(width=100_000), pad=False)
    texts = ("".join(segment.text for segment in line).rstrip() for line in lines)
    console.print(
        Text("\n".join(texts)), soft_wrap=True
    )  # at once: a call for each line takes as long as all of this


def heading(console: Console, text: str) -> None:
    """Print a section's name."""
    console.print()
    console.print(Text(text, style="bold underline"))


def number(value: float | None) -> str:
    """Write a number as one reads it; a score that was not finite is a dash.

    >>> number(0.97531), number(12345.678), number(None)
    ('0.9753', '1.235e+04', '–')
    """
    return "–" if value is None else f"{value:.4g}"


def seconds(value: float) -> str:
    """Write a duration.

    >>> seconds(0.0123), seconds(12.3), seconds(4000)
    ('12 ms', '12.3 s', '1 h 07 min')
    """
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes = round(value / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def size(count: int) -> str:
    """Write a number of bytes.

    >>> size(999), size(20_480), size(3_500_000)
    ('999 B', '20.5 kB', '3.5 MB')
    """
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
