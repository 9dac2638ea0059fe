"""How a sweep went: the best so far, losses of the best, failures, what was covered, where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import isfinite

import numpy as np
from matplotlib.figure import Figure as Canvas

from runner.errors import RunnerError
from runner.report.failures import Failure, failures_of, reasons
from runner.report.html.figures import SERIES, Figure, short, thinned, whole_ticks
from runner.report.html.sections import Code, Figures, Part, Rows, Section, Words
from runner.report.html.sweep_facts import Board, Row
from runner.report.html.tables import Cell, Table, number, table
from runner.report.tables import seconds

#: So many of the best trials have their losses drawn.
_MOST_CURVES = 6
_MOST_REASONS = 50
#: The end of a failed trial's log: lines, and bytes that are read for them.
_LOG_LINES, _LOG_BYTES = 25, 32 * 1024
#: So many failures show the end of their log.
_MOST_LOGS = 5


def course_section(board: Board) -> Section:
    """Tell how the best score came about."""
    figures = [*_progress(board), *_curves(board)]
    return Section("course", "How it went", [Figures(figures)] if figures else [])


def failure_section(board: Board) -> Section:
    """Tell why trials failed, the most frequent reason first."""
    return Section("failures", "Failures", list(_failures(board)))


def coverage_section(board: Board) -> Section:
    """Tell on how many folds and seeds trials were scored."""
    return Section("coverage", "Coverage", list(_coverage(board)))


def time_section(board: Board) -> Section:
    """Tell where the time went, and what came from the store."""
    return Section("stages", "Stages", [Rows(_stages(board))] if board.stages else [])


def _progress(board: Board) -> Iterator[Figure]:
    rows = sorted(board.scored, key=lambda row: row.trial.number)
    if len(rows) < 3:
        return
    best = board.scored[0]
    text = "Trials in the order of their numbers; the line is the best so far. The best of all is trial "
    text += f"{best.trial.number}, {number(best.score or 0.0)}."
    yield Figure("progress", "Best so far", text, partial(_draw_progress, rows, board), 5.6, 3.7)


def _draw_progress(rows: Sequence[Row], board: Board, canvas: Canvas) -> None:
    axes = canvas.subplots()
    numbers = np.array([row.trial.number for row in rows], dtype=np.float64)
    scores = np.array([row.score or 0.0 for row in rows])
    best = np.maximum.accumulate(scores) if board.sign > 0 else np.minimum.accumulate(scores)
    axes.scatter(numbers, scores, s=12, alpha=0.5, linewidths=0, color=SERIES[0], rasterized=len(rows) > 500)
    axes.plot(*thinned(numbers, best), color=SERIES[1], drawstyle="steps-post")
    axes.set(xlabel="Trial", ylabel=short(board.standing.metric, 40))
    whole_ticks(axes)


def _curves(board: Board) -> Iterator[Figure]:
    lines: dict[str, tuple[Sequence[float], Sequence[float]]] = {}
    for row in board.scored[:_MOST_CURVES]:
        try:
            curves = board.sweep.trial(row.trial.number).curves
        except RunnerError:  # damaged since: its line is left out
            continue
        loss, aside = (_sound(curves.get(name, ())) for name in ("loss", "validation_loss"))
        if loss:
            lines[f"trial {row.trial.number}"] = (loss, aside)
    if lines:
        dashed = "; dashed, on rows put aside" if any(aside for _, aside in lines.values()) else ""
        text = f"Loss on training rows per epoch of the {len(lines)} best trials, in their first training{dashed}."
        yield Figure("learning_curves", "Losses of the best", text, partial(_draw_curves, lines), 5.6, 3.7)


def _sound(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and isfinite(value)]


def _draw_curves(lines: Mapping[str, tuple[Sequence[float], Sequence[float]]], canvas: Canvas) -> None:
    axes = canvas.subplots()
    for place, (name, curves) in enumerate(lines.items()):
        for values, style in zip(curves, ("-", "--"), strict=True):
            if values:
                epochs, heights = thinned(np.arange(1.0, len(values) + 1), np.asarray(values))
                axes.plot(epochs, heights, style, color=SERIES[place], label=name if style == "-" else None)
    axes.set(xlabel="Epoch", ylabel="Loss")
    whole_ticks(axes)
    axes.legend(fontsize=8)


def _failures(board: Board) -> Iterator[Part]:
    failures = failures_of(board.sweep, board.standing.trials)
    if not failures:
        return
    found = reasons(failures)
    rows = [[one.count, one.example.kind, one.example.message, one.example.number] for one in found[:_MOST_REASONS]]
    yield Words(
        f"{len(failures):,} of {len(board.rows):,} trials failed, for {len(found):,} reason{'s' * (len(found) > 1)}.",
        "failure",
    )
    yield Rows(table(["trials", "kind", "reason of the first", "the first"], rows))
    for one in found[:_MOST_LOGS]:
        if log := _log_end(one.example):
            yield Code(log, f"The end of the log of trial {one.example.number}")


def _log_end(failure: Failure) -> str:
    if failure.log is None:
        return ""
    try:
        with open(failure.log, "rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_BYTES))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-_LOG_LINES:])
    except OSError:  # gone since: the reason stands in the record
        return ""


def _coverage(board: Board) -> Iterator[Part]:
    counts = Counter((row.scored or 0, row.trial.state) for row in board.rows)
    due = max((scored for scored, _ in counts), default=0)
    if not due:
        return
    seeds = board.sweep.info.seeds
    each, rest = divmod(due, seeds)
    folds = f"{_counted(each)} for each of {seeds} seeds" if seeds > 1 and not rest else _counted(due)
    short_of = sum(count for (scored, _), count in counts.items() if scored < due)
    text = f"A whole trial is scored on {folds}."
    yield Words(
        f"{text} {short_of:,} of {len(board.rows):,} trials were scored on fewer."
        if short_of
        else f"{text} All were."
    )
    rows = [[scored, state, count] for (scored, state), count in sorted(counts.items(), reverse=True)]
    yield Rows(table(["folds scored", "state", "trials"], rows))


def _counted(folds: int) -> str:
    return f"{folds:,} fold{'s' * (folds != 1)}"


def _stages(board: Board) -> Table:
    rows = [
        [name, cost.steps, cost.stored, Cell(seconds(cost.seconds), float(f"{cost.seconds:.6g}"))]
        for name, cost in sorted(board.stages.items(), key=lambda pair: -pair[1].seconds)
    ]
    fused = [row.fused for row in board.rows if row.fused and row.fused > 1]
    note = "Of each trial and fold. A stage that trials share is told by each of them with its whole time, and of a "
    note += "training that was fused its share."
    if fused:
        note += f" {len(fused):,} trials were trained together with others, up to {max(fused):,} at once."
    headings = ("stage", "times told", "from the store", "took")
    return table(headings, rows, note=note)
