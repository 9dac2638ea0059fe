"""What the swept settings do to the score: each alone, two together, all side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean, pvariance
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import SERIES, Figure, short
from runner.report.html.parallel import parallel_figure
from runner.report.html.sections import Figures, Part, Rows, Section
from runner.report.html.sweep_facts import Board, Row, by_powers, is_number, values_of
from runner.report.html.tables import Table, cell, number, table
from runner.report.short_names import setting

#: So many settings have a figure each; values with a place of their own; values in a table.
_MOST_AXES, _MOST_PLACES, _MOST_VALUES = 9, 30, 200
#: Multiples of it, taken modulo 1, lie apart.
_GOLDEN = 0.618034
#: Cells of a map that have their score written into them.
_WRITTEN = 8


def setting_section(board: Board) -> Section:
    """Tell what the settings do. Nothing of a sweep whose trials differ in none, or have no score."""
    parts = list(_parts(board)) if board.axes and len(board.scored) > 1 else []
    return Section("settings", "What the settings do", parts)


def _parts(board: Board) -> Iterator[Part]:
    figures = [parallel_figure(board)]
    if len(board.axes) == 2:
        figures += _map(board, *board.axes)
    figures += [_alone(board, key, place) for place, key in enumerate(board.axes[:_MOST_AXES], start=1)]
    yield Figures(figures)
    yield Rows(_influence(board))
    values = _values(board)
    if values.rows:
        yield Rows(values, filterable=len(values.rows) > 30)


def _alone(board: Board, key: str, place: int) -> Figure:
    rows = [row for row in board.scored if key in row.trial.settings]
    groups = _groups(rows, key)
    text = f"Each dot is a trial; {len(groups)} values"
    if 1 < len(groups) <= _MOST_PLACES:
        means = {name: fmean(scores) for name, scores in groups.items()}
        best = max(means, key=lambda name: board.sign * means[name])
        text += f". On average {board.standing.metric} is best, {number(means[best])}, with {short(best)}"
    draw = partial(_draw_alone, rows, key, board.names[key], board.standing.metric)
    return Figure(f"score_by_{place}", f"{_named(board)} by {short(board.names[key])}", f"{text}.", draw, 5.2, 3.7)


def _named(board: Board) -> str:
    metric = short(board.standing.metric)
    return metric[:1].upper() + metric[1:]


def _draw_alone(rows: Sequence[Row], key: str, name: str, metric: str, canvas: Canvas) -> None:
    axes = canvas.subplots()
    scores = [row.score or 0.0 for row in rows]
    values = [row.trial.settings[key] for row in rows]
    if all(map(is_number, values)):
        axes.scatter(values, scores, s=14, alpha=0.55, linewidths=0, color=SERIES[0], rasterized=len(rows) > 500)
        if by_powers(values):
            axes.set_xscale("log")
        means = sorted((value, fmean(_at(rows, key, value))) for value in set(values))
        if 1 < len(means) <= _MOST_PLACES:
            axes.plot(*zip(*means, strict=True), color=SERIES[1], marker="o", markersize=4, label="mean")
            axes.legend(fontsize=8)
    else:
        _draw_places(axes, _groups(rows, key))
    axes.set(xlabel=short(name, 40), ylabel=short(metric, 40))


def _draw_places(axes: Any, groups: dict[str, list[float]]) -> None:
    """Draw values that have no scale side by side, the dots a little apart."""
    shown = dict(list(groups.items())[:_MOST_PLACES])
    for place, scores in enumerate(shown.values()):
        apart = place + 0.36 * (np.arange(len(scores)) * _GOLDEN % 1.0 - 0.5)
        axes.scatter(apart, scores, s=14, alpha=0.55, linewidths=0, color=SERIES[0], rasterized=len(scores) > 500)
        axes.plot([place - 0.28, place + 0.28], [fmean(scores)] * 2, color=SERIES[1])
    many = len(shown) > 5 or max(map(len, shown)) > 9
    axes.set_xticks(range(len(shown)), [short(name, 18) for name in shown], rotation=60 if many else 0,
                    ha="right" if many else "center", rotation_mode="anchor")  # fmt: skip
    axes.grid(visible=False, axis="x")


def _groups(rows: Sequence[Row], key: str) -> dict[str, list[float]]:
    """Return value -> scores, values in their order."""
    groups: dict[str, list[float]] = {setting(value): [] for value in values_of(rows, key)}
    for row in rows:
        groups.setdefault(setting(row.trial.settings[key]), []).append(row.score or 0.0)
    return {name: scores for name, scores in groups.items() if scores}


def _at(rows: Sequence[Row], key: str, value: Any) -> list[float]:
    return [row.score or 0.0 for row in rows if row.trial.settings[key] == value]


def _map(board: Board, across: str, up: str) -> Iterator[Figure]:
    columns, lines = list(_groups(board.scored, across)), list(_groups(board.scored, up))
    if not (1 < len(columns) <= _MOST_PLACES and 1 < len(lines) <= _MOST_PLACES):
        return
    text = f"The mean {board.standing.metric} of each pair of values; empty where no trial ended."
    draw = partial(_draw_map, board, across, up, columns, lines)
    yield Figure("score_map", f"{_named(board)} of each pair", text, draw, 5.6, 4.2)


def _draw_map(
    board: Board, across: str, up: str, columns: Sequence[str], lines: Sequence[str], canvas: Canvas
) -> None:
    found: dict[tuple[int, int], list[float]] = {}
    for row in board.scored:
        told = row.trial.settings
        place = (lines.index(setting(told.get(up))), columns.index(setting(told.get(across))))
        found.setdefault(place, []).append(row.score or 0.0)
    means = np.full((len(lines), len(columns)), np.nan)
    for place, scores in found.items():
        means[place] = fmean(scores)
    axes = canvas.subplots()
    shown = axes.imshow(means, cmap="viridis" if board.sign > 0 else "viridis_r", aspect="auto", origin="lower")
    bar = canvas.colorbar(shown, label=short(board.standing.metric, 40))
    bar.outline.set_visible(False)
    axes.set_xticks(
        range(len(columns)), [short(name, 12) for name in columns], rotation=60 if len(columns) > 6 else 0
    )
    axes.set_yticks(range(len(lines)), [short(name, 12) for name in lines])
    axes.set(xlabel=short(board.names[across], 40), ylabel=short(board.names[up], 40))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if max(means.shape) <= _WRITTEN:
        for (line, column), mean in np.ndenumerate(means):
            if np.isfinite(mean):
                height = (mean - np.nanmin(means)) / ((np.nanmax(means) - np.nanmin(means)) or 1.0)
                dark = height < 0.6 if board.sign > 0 else height > 0.4
                axes.text(column, line, number(float(mean), 3), ha="center", va="center", fontsize=8,
                          color="#ffffff" if dark else "#000000")  # fmt: skip


def _influence(board: Board) -> Table:
    rows = [
        [key, len(values_of(board.scored, key)), None if share is None else cell(share, 3)]
        for key in board.axes
        for share in [explained(board.scored, key)]
    ]
    note = (
        "Of the spread between trials, the share that each setting explains by itself (η²; a number of more than 30 "
    )
    note += "values in ten groups). What it does together with others is not in it."
    return table(["setting", "values", "share of spread"], rows, caption="Which settings matter", note=note)


def explained(rows: Sequence[Row], key: str) -> float | None:
    """Return the share of the scores' variance that lies between a setting's values; None where there is none."""
    known = [row for row in rows if key in row.trial.settings]
    whole = pvariance([row.score or 0.0 for row in known]) if len(known) > 1 else 0.0
    groups = list(_groups(known, key).values())
    if len(groups) > _MOST_PLACES and all(is_number(row.trial.settings[key]) for row in known):
        ordered = sorted(known, key=lambda row: row.trial.settings[key])
        groups = [[row.score or 0.0 for row in part] for part in np.array_split(np.array(ordered, dtype=object), 10)]
    if not whole or len(groups) < 2 or len(groups) == len(known):
        return None
    mean = fmean(row.score or 0.0 for row in known)
    return sum(len(group) * (fmean(group) - mean) ** 2 for group in groups) / len(known) / whole


def _values(board: Board) -> Table:
    """Tell of each value how many trials there were, and how they did."""
    rows = []
    for key in board.axes:
        values = values_of(board.rows, key)
        if len(values) > _MOST_PLACES:
            continue
        for value in values:
            trials = [row for row in board.rows if key in row.trial.settings and row.trial.settings[key] == value]
            scores = [row.score for row in trials if row.score is not None]
            best = max(scores, key=lambda score: board.sign * score) if scores else None
            rows.append(
                [board.names[key], setting(value), len(trials), len(scores), best, fmean(scores) if scores else None]
            )
    headings = ("setting", "value", "trials", "with a score", "best", "mean")
    return table(headings, rows[:_MOST_VALUES], caption="Value by value")
