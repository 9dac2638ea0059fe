"""Parallel coordinates: each trial a line through its settings to its score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import log10
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import Figure, short
from runner.report.html.sweep_facts import Board, Row, by_powers, is_number, values_of
from runner.report.html.tables import number
from runner.report.short_names import setting

#: So many lines can be seen: the best, and the rest evenly among all others.
_BEST_LINES, _MOST_LINES = 60, 300
#: So many settings fit beside each other, and so many values on one.
_MOST_AXES, _MOST_TICKS = 10, 14
#: Where a trial passes that does not have the setting.
_ABSENT = -0.12


def parallel_figure(board: Board) -> Figure:
    """Draw the trials that have a score. board: with at least two of them and one setting."""
    rows = _drawn(board.scored)
    axes = list(board.axes[:_MOST_AXES])
    text = f"Each line is a trial: through its settings to its {board.standing.metric}; the brightest are the best."
    if len(rows) < len(board.scored):
        text += f" {len(rows):,} of {len(board.scored):,} are drawn: the {_BEST_LINES} best, and others evenly."
    if len(axes) < len(board.axes):
        text += f" The first {len(axes)} of {len(board.axes)} settings."
    width = min(12.0, 3.2 + 1.5 * len(axes))
    return Figure("parallel_coordinates", "All trials", text, partial(_draw, board, rows, axes), max(width, 7.4), 4.4)


def _drawn(rows: Sequence[Row]) -> list[Row]:
    if len(rows) <= _MOST_LINES:
        return list(rows)
    others = rows[_BEST_LINES:]
    chosen = np.unique(np.linspace(0, len(others) - 1, _MOST_LINES - _BEST_LINES).astype(int))
    return [*rows[:_BEST_LINES], *(others[place] for place in chosen)]


def _draw(board: Board, rows: Sequence[Row], keys: Sequence[str], canvas: Canvas) -> None:
    axes = canvas.subplots()
    scales = [_scale(rows, key) for key in keys]
    scores = np.array([row.score or 0.0 for row in rows])
    last = _spread(scores)
    heights = np.array(
        [[*(scale(row.trial.settings.get(key)) for scale, key in zip(scales, keys, strict=True)), end]
         for row, end in zip(rows, last, strict=True)]
    )  # fmt: skip
    goodness = np.argsort(np.argsort(board.sign * scores, kind="stable")) / max(len(rows) - 1, 1)
    order = np.argsort(goodness)
    colors = mpl.colormaps["plasma"](0.08 + 0.8 * goodness[order])
    colors[:, 3] = 0.25 + 0.65 * goodness[order] ** 2
    places = np.arange(len(keys) + 1)
    lines = [np.column_stack([places, line]) for line in heights[order]]
    axes.add_collection(LineCollection(lines, colors=colors, linewidths=1.1, rasterized=len(rows) > 100))
    _finish(axes, keys, scales, board)
    _write(axes, len(keys), [(0.0, number(float(scores.min()))), (1.0, number(float(scores.max())))])


def _finish(axes: Any, keys: Sequence[str], scales: Sequence[_Scale], board: Board) -> None:
    for place, scale in enumerate(scales):
        _write(axes, place, scale.ticks)
    names = [short(board.names[key], 16) for key in keys]
    axes.set_xticks(range(len(keys) + 1), [*names, short(board.standing.metric, 16)])
    axes.set(xlim=(-0.25, len(keys) + 0.5), ylim=(-0.18, 1.08), yticks=[])
    axes.grid(visible=True, axis="x", color="#9aa3ae", linewidth=0.8)
    axes.spines[:].set_visible(False)


def _write(axes: Any, place: int, ticks: Sequence[tuple[float, str]]) -> None:
    for height, text in ticks:
        axes.annotate(
            text, (place, height), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "#fffffe", "edgecolor": "none", "alpha": 0.75},
        )  # fmt: skip


class _Scale:
    """Where a setting's values stand between 0 and 1. ticks: heights with their texts."""

    def __init__(self, heights: dict[str, float], absent: bool) -> None:
        self._heights = heights
        kept = list(heights.items())
        if len(kept) > _MOST_TICKS:
            kept = [kept[place] for place in np.linspace(0, len(kept) - 1, 5).astype(int)]
        self.ticks = [(height, short(text, 14)) for text, height in kept]
        self.ticks += [(_ABSENT, "none")] if absent else []

    def __call__(self, value: Any) -> float:
        return _ABSENT if value is None else self._heights[setting(value)]


def _scale(rows: Sequence[Row], key: str) -> _Scale:
    values = values_of(rows, key)
    absent = any(row.trial.settings.get(key) is None for row in rows)
    if values and all(map(is_number, values)) and len(values) > 1:
        of = [log10(value) for value in values] if by_powers(values) else [float(value) for value in values]
        return _Scale({setting(v): (x - of[0]) / (of[-1] - of[0]) for v, x in zip(values, of, strict=True)}, absent)
    n_gaps = max(len(values) - 1, 1)
    return _Scale({setting(value): place / n_gaps for place, value in enumerate(values)}, absent)


def _spread(scores: Any) -> Any:
    span = scores.max() - scores.min()
    return (scores - scores.min()) / span if span else np.full(len(scores), 0.5)
