"""Scores for a person: per fold, in total, after each compressor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.record.records import Metrics, Score, Total
from runner.report.tables import number, show, table

#: More folds than this are not shown one by one.
MAX_FOLDS = 10
#: A confusion matrix of more classes than this is left to the run folder.
MAX_CLASSES = 12


def show_scores(scores: Metrics, console: Console) -> None:
    """Print the scores per fold and in total, then those after each compressor, then confusion matrices."""
    shown = scores.folds if len(scores.folds) <= MAX_FOLDS else ()
    folds = [f"fold {place}" for place in range(1, len(shown) + 1)]
    rows = [
        [_name(name, scores.primary), *(_score(fold.get(name)) for fold in shown), _total(total)]
        for name, total in scores.total.items()
        if not isinstance(total.mean, list)
    ]
    show(console, table(("metric", *folds, "total"), rows, numbers=(*folds, "total")))
    for step, totals in scores.compressed.items():
        rows = [[name, _total(total)] for name, total in totals.items() if not isinstance(total.mean, list)]
        show(console, table((f"after {step}", "total"), rows, numbers=("total",)))
    _show_descriptions(scores.total, console)
    if scores.non_finite:
        console.print(Text(f"not finite: {', '.join(scores.non_finite)}", style="red"), soft_wrap=True)


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
