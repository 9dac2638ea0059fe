"""A model as it was trained and after each compressor, side by side: score, bytes, numbers, arithmetic, latency."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from runner.record.sizes import Size
from runner.report.tables import number, show, size, table


def show_sizes(sizes: Sequence[Size], metric: str | None, console: Console) -> None:
    """Print a row for each state of the model. metric: the one that ranks, None where there is none."""
    scored = [] if metric is None else [metric]
    headings = [*scored, *(["change"] if scored else []), "bytes", "parameters", "multiply-adds", "one row"]
    rows = [
        [
            one.step,
            *(_scored(one, sizes[0], metric) if metric is not None else ()),
            "–" if one.bytes is None else size(one.bytes),
            f"{one.parameters:,}",
            f"{one.multiply_adds:,}",
            duration(one.latency),
        ]
        for one in sizes
    ]
    show(console, table(("model", *headings), rows, numbers=headings))


def _scored(one: Size, first: Size, metric: str) -> list[str]:
    score, before = one.scores.get(metric), first.scores.get(metric)
    change = "" if one is first or score is None or before is None else f"{score - before:+.4g}"
    return [number(score), change]


def duration(seconds: float) -> str:
    """Write how long one row takes.

    >>> duration(0.000123), duration(0.0123)
    ('123 µs', '12.3 ms')
    """
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"
