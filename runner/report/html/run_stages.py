"""Where the time of a run went: its stages, added up over the folds, and each step that was carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from matplotlib.figure import Figure as Canvas

from runner.record.records import StepRecord
from runner.report.html.figures import SERIES, Figure, short
from runner.report.html.sections import Figures, Part, Rows, Section
from runner.report.html.tables import Cell, Table, table
from runner.report.tables import seconds

#: More stages are drawn together as one.
_MOST_BARS = 16
#: What a stage notes that was not computed because its result was kept.
FROM_STORE = "from the store"


def stage_section(steps: Sequence[StepRecord], whole: float) -> Section:
    """Tell what took how long. whole: seconds of the whole run."""
    return Section("stages", "Stages", list(_parts(steps, whole)))


def per_stage(steps: Sequence[StepRecord]) -> dict[str, float]:
    """Add up the seconds of each stage over the folds.

    >>> per_stage([StepRecord("train/mlp", 1.0, 0), StepRecord("train/mlp", 2.0, 1)])
    {'train/mlp': 3.0}
    """
    took: dict[str, float] = {}
    for step in steps:
        took[step.step] = took.get(step.step, 0.0) + step.seconds
    return took


def _parts(steps: Sequence[StepRecord], whole: float) -> Iterator[Part]:
    if not steps:
        return
    took = per_stage(steps)
    longest = max(took, key=lambda name: took[name])
    told = sum(took.values())
    kept = sum(FROM_STORE in (step.note or "") for step in steps)
    text = f"{longest} took longest: {seconds(took[longest])} of {seconds(told)} in stages"
    text += f"; the whole run took {seconds(whole)}." if whole >= told else "."
    text += f" {kept} of {len(steps)} steps came from the store." if kept else ""
    height = 1.2 + 0.26 * min(len(took), _MOST_BARS + 1)
    yield Figures([Figure("stages", "Time per stage", text, partial(_bars, took), 7.4, height)])
    yield Rows(_steps(steps), filterable=len(steps) > 30)


def _bars(took: Mapping[str, float], canvas: Canvas) -> None:
    axes = canvas.subplots()
    shown = dict(list(took.items())[:_MOST_BARS])
    rest = sum(took.values()) - sum(shown.values())
    if len(took) > _MOST_BARS:
        shown[f"{len(took) - _MOST_BARS} more"] = rest
    bars = axes.barh([short(name, 34) for name in shown], list(shown.values()), color=SERIES[0], height=0.7)
    axes.bar_label(bars, [seconds(value) for value in shown.values()], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Seconds, all folds together")


def _steps(steps: Sequence[StepRecord]) -> Table:
    rows = [
        [
            step.step,
            None if step.fold is None else step.fold + 1,
            Cell(seconds(step.seconds), step.seconds),
            step.rows_in,
            step.rows_out,
            step.note,
        ]
        for step in steps
    ]
    return table(
        ["step", "fold", "took", "rows in", "rows out", "note"], rows, caption="Steps in their order"
    ).filled()
