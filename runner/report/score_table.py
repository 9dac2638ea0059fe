"""Scores for a person: per fold, in total and how sure, after each compressor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.record.interval import Interval
from runner.record.records import Metrics, Score, Total
from runner.report.tables import number, show, table

#: More folds than this are not shown one by one.
MAX_FOLDS = 10
#: A confusion matrix of more classes than this is left to the run folder.
MAX_CLASSES = 12


def show_scores(scores: Metrics, console: Console) -> None:
    """Print the scores per fold and in total with intervals, then those after each compressor, then matrices."""
    shown = scores.folds if len(scores.folds) <= MAX_FOLDS else ()
    folds = [f"fold {place}" for place in range(1, len(shown) + 1)]
    sure = interval_headings(scores.intervals)
    rows = [
        [
            _name(name, scores.primary),
            *(_score(fold.get(name)) for fold in shown),
            _total(total),
            *(interval_cell(scores.intervals.get(name)) for _ in sure),
        ]
        for name, total in scores.total.items()
        if not isinstance(total.mean, list)
    ]
    show(console, table(("metric", *folds, "total", *sure), rows, numbers=(*folds, "total", *sure)))
    for line in interval_notes(scores.intervals):
        console.print(Text(line), soft_wrap=True)
    for step, totals in scores.compressed.items():
        rows = [[name, _total(total)] for name, total in totals.items() if not isinstance(total.mean, list)]
        show(console, table((f"after {step}", "total"), rows, numbers=("total",)))
    _show_descriptions(scores.total, console)
    if scores.non_finite:
        console.print(Text(f"not finite: {', '.join(scores.non_finite)}", style="red"), soft_wrap=True)


def interval_headings(intervals: Mapping[str, Interval]) -> tuple[str, ...]:
    """Name the column of intervals by their confidence; no name where there are none.

    >>> interval_headings({"f1": Interval(low=0.1, high=0.2, confidence=0.95, resamples=1000)})
    ('95 % interval',)
    """
    confidence = next((one.confidence for one in intervals.values()), None)
    return () if confidence is None else (f"{100 * confidence:g} % interval",)


def interval_cell(interval: Interval | None) -> str:
    """Write an interval; a dash where there is none.

    >>> interval_cell(Interval(low=0.91234, high=0.98, confidence=0.95, resamples=1000)), interval_cell(None)
    ('0.9123 … 0.98', '–')
    """
    if interval is None or interval.low is None or interval.high is None:
        return "–"
    return f"{number(interval.low)} … {number(interval.high)}"


def interval_notes(intervals: Mapping[str, Interval]) -> list[str]:
    """Say of which scores the rows cannot tell how sure they are, and why."""
    why: dict[str, list[str]] = {}
    for name, interval in intervals.items():
        if interval.note is not None:
            why.setdefault(interval.note, []).append(name)
    return [f"interval of {', '.join(names)}: {note}" for note, names in why.items()]


def _show_descriptions(totals: Mapping[str, Total], console: Console) -> None:
    """Print metrics that are tables of numbers, such as a confusion matrix averaged over the folds."""
    for name, total in totals.items():
        if isinstance(total.mean, list) and len(total.mean) <= MAX_CLASSES:
            console.print(Text(f"{name}, mean of {total.n} fold{'s' * (total.n != 1)}"))
            for row in total.mean:
                console.print(Text("  " + _row(row)), soft_wrap=True)


def _row(row: Any) -> str:
    cells: Sequence[Any] = row if isinstance(row, list) else [row]
    return " ".join(f"{number(cell) if not isinstance(cell, list) else '…':>8}" for cell in cells)


def _name(name: str, primary: str | None) -> str:
    return f"{name} (primary)" if name == primary else name


def _score(score: Score) -> str:
    return "…" if isinstance(score, list) else number(score)


def _total(total: Total) -> str:
    return _score(total.mean) if total.std is None else f"{_score(total.mean)} ± {number(total.std)}"
