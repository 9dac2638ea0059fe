"""What a person sees when a run has ended: scores, times, and where everything is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.text import Text

from runner.record import layout
from runner.record.read import Run
from runner.record.records import StepRecord
from runner.report.score_table import show_scores
from runner.report.short_names import near
from runner.report.size_table import show_sizes
from runner.report.tables import heading, seconds, show, table


def print_ending(run: Run, notes: Sequence[str], out: IO[str]) -> None:
    """Print the tables of a run that has just been committed. notes: what a person should know."""
    console = Console(file=out, highlight=False)
    if run.scores.total:
        heading(console, "Scores on held-out rows")
        show_scores(run.scores, console)
    if run.sizes:
        heading(console, "The model, made smaller")
        show_sizes(run.sizes, run.scores.primary, console)
    if run.steps:
        heading(console, "Stages")
        rows = [[name, seconds(took)] for name, took in _per_stage(run.steps).items()]
        show(console, table(("stage", "took"), rows, numbers=("took",)))
    console.print()
    for note in notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    if layout.REPORT_PAGE in run.files:
        console.print(Text(f"report: {near(run.path / layout.REPORT_PAGE)}"), soft_wrap=True)
    console.print(Text(f"{near(run.path)} · {seconds(run.info.seconds)}"), soft_wrap=True)


def _per_stage(steps: Sequence[StepRecord]) -> dict[str, float]:
    """Add up the seconds of each stage over the folds."""
    took: dict[str, float] = {}
    for step in steps:
        took[step.step] = took.get(step.step, 0.0) + step.seconds
    return took
