from __future__ import annotations

import io

from rich.console import Console

from runner.report.tables import seconds, show, table


def test_a_piped_table_keeps_every_row_on_one_line() -> None:
    out = io.StringIO()
    show(Console(file=out, width=20), table(("a", "b"), [("x" * 90, "y" * 90)]))
    assert out.getvalue().splitlines()[1].split() == ["x" * 90, "y" * 90]


def test_what_looks_like_markup_is_shown() -> None:
    out = io.StringIO()
    show(Console(file=out), table(("[bold]a",), [("[red]x[/red]",)]))
    assert [line.strip() for line in out.getvalue().splitlines()] == ["[bold]a", "[red]x[/red]"]


def test_a_terminal_limits_the_width() -> None:
    out = io.StringIO()
    show(Console(file=out, width=20, force_terminal=True, color_system=None), table(("a",), [("x" * 50,)]))
    assert max(map(len, out.getvalue().splitlines())) <= 20
    assert out.getvalue().count("x") == 50


def test_almost_an_hour_is_an_hour() -> None:
    assert seconds(3599) == "1 h 00 min"
