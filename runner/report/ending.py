"""What a person sees when a run has ended: scores, times, and where everything is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.table import Table

from runner.execute.recorded import Outcome
from runner.record.records import Metrics, Score, StepRecord

#: More folds than this are not shown one by one.
MAX_FOLDS = 10
#: A confusion matrix of more classes than this is left to the run folder.
MAX_CLASSES = 12


def print_ending(outcome: Outcome, out: IO[str]) -> None:
    """Print the tables of a finished run, or where a failed one left its log."""
    console = Console(file=out, highlight=False, width=None if out.isatty() else 110)
    if outcome.metrics.total:
        _show(console, "scores on held-out rows", scores_table(outcome.metrics))
        for name, total in outcome.metrics.total.items():
            if isinstance(total.mean, list) and len(total.mean) <= MAX_CLASSES:
                _show(console, f"{name} (truth down, prediction across)", _matrix(total.mean))
    if outcome.steps:
        _show(console, "stages", stages_table(outcome.steps))
    for remark in outcome.remarks:
        console.print(f"note: {remark}", markup=False, soft_wrap=True)
    console.print(f"{outcome.seconds:.2f} s · {_near(outcome.path)}", markup=False, soft_wrap=True)


def scores_table(metrics: Metrics) -> Table:
    """Return a table of one row per metric: each fold, the mean and spread, and after each compressor."""
    table = Table()
    table.add_column("metric")
    folds = metrics.folds if 1 < len(metrics.folds) <= MAX_FOLDS else ()
    for number in range(1, len(folds) + 1):
        table.add_column(f"fold {number}", justify="right")
    table.add_column(f"mean of {len(metrics.folds)}" if len(metrics.folds) > 1 else "score", justify="right")
    for name in metrics.compressed:
        table.add_column(f"after {name}", justify="right")
    for name, total in metrics.total.items():
        if isinstance(total.mean, list):
            continue
        mark = "*" if name == metrics.primary else ""
        spread = f" ± {total.std:.4f}" if total.std is not None else ""
        after = [_number(totals[name].mean) for totals in metrics.compressed.values()]
        table.add_row(name + mark, *(_number(fold[name]) for fold in folds), _number(total.mean) + spread, *after)
    return table


def stages_table(steps: Sequence[StepRecord]) -> Table:
    """Return a table of the seconds each stage took, over all folds."""
    seconds: dict[str, float] = {}
    for step in steps:
        seconds[step.step] = seconds.get(step.step, 0.0) + step.seconds
    table = Table()
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for name, total in seconds.items():
        table.add_row(name, f"{total:.3f}")
    return table


def _number(score: Score) -> str:
    return f"{score:.4f}" if isinstance(score, int | float) else "-"


def _show(console: Console, title: str, table: Table) -> None:
    console.print(title, markup=False)
    console.print(table)


def _matrix(rows: list[list[float]]) -> Table:
    table = Table(show_header=False)
    for row in rows:
        table.add_row(*(f"{cell:g}" for cell in row))
    return table


def _near(path: os.PathLike[str]) -> str:
    """Name a path from where one stands, if it lies below."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
