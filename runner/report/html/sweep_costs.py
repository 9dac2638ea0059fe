"""What good trials cost: the score against time, size and latency, and the trials that nothing beats in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from matplotlib.figure import Figure as Canvas

from runner.report.html.figures import SERIES, Figure, short
from runner.report.html.sections import Figures, Part, Rows, Section
from runner.report.html.sweep_board import cost_cell
from runner.report.html.sweep_facts import Board, Row, by_powers
from runner.report.html.tables import Table, table
from runner.report.short_names import settings_line

#: Cost -> (its label, what it is of a trial).
COSTS: Mapping[str, tuple[str, Callable[[Row], float | None]]] = {
    "seconds": ("Training and scoring took", lambda row: row.trial.seconds),
    "model_bytes": ("Size of the model", lambda row: None if row.model_bytes is None else float(row.model_bytes)),
    "latency": ("Predicting a row takes", lambda row: row.latency),
}
#: Units, from large to small, and how many of what is measured they are.
_TIMES = (("hours", 3600.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
_SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0))
_MOST_NAMED = 8


def sweep_cost_section(board: Board) -> Section:
    """Tell what a better score costs."""
    return Section("costs", "Score against cost", list(_parts(board)))


def front(rows: Sequence[Row], cost: Callable[[Row], float | None], sign: int) -> list[Row]:
    """Return the trials that no other beats in both, the cheapest first. sign: 1 where more is better, else -1."""
    priced = [(price, row) for row in rows if (price := cost(row)) is not None and row.score is not None]
    kept: list[Row] = []
    for _, row in sorted(priced, key=lambda pair: (pair[0], -sign * (pair[1].score or 0.0), pair[1].trial.number)):
        if not kept or sign * (row.score or 0.0) > sign * (kept[-1].score or 0.0):
            kept.append(row)
    return kept


def _parts(board: Board) -> Iterator[Part]:
    costs = {name: how for name, how in COSTS.items() if len({how[1](row) for row in board.scored} - {None}) > 1}
    fronts = {name: front(board.scored, how[1], board.sign) for name, how in costs.items()}
    if not fronts:
        return
    yield Figures([_figure(board, name, *costs[name], fronts[name]) for name in costs])
    yield Rows(_table(board, fronts))


def _figure(board: Board, name: str, label: str, cost: Callable[[Row], float | None], best: Sequence[Row]) -> Figure:
    text = f"On the line are the {len(best)} trials that no other beats in both: "
    text += ", ".join(str(row.trial.number) for row in best[:_MOST_NAMED])
    text += " …" if len(best) > _MOST_NAMED else "."
    rows = [row for row in board.scored if cost(row) is not None]
    unit, factor = unit_of([cost(row) or 0.0 for row in rows], _SIZES if name.endswith("_bytes") else _TIMES)

    def priced(row: Row) -> float:
        return (cost(row) or 0.0) / factor

    draw = partial(_draw, rows, best, priced, f"{label} ({unit})", board.standing.metric)
    title = f"{short(board.standing.metric)} against {name.replace('_', ' ')}"
    return Figure(f"pareto_{name}", title[:1].upper() + title[1:], text, draw, 5.2, 3.9)


def _draw(
    rows: Sequence[Row],
    best: Sequence[Row],
    cost: Callable[[Row], float],
    label: str,
    metric: str,
    canvas: Canvas,
) -> None:
    axes = canvas.subplots()
    prices = [cost(row) for row in rows]
    axes.scatter(prices, [row.score or 0.0 for row in rows], s=14, alpha=0.5, linewidths=0, color=SERIES[0],
                 rasterized=len(rows) > 500)  # fmt: skip
    at = [(cost(row), row.score or 0.0) for row in best]
    axes.plot(
        *zip(*at, strict=True), color=SERIES[1], marker="o", markersize=4.5, drawstyle="steps-post", linewidth=1.2
    )
    for row, place in list(zip(best, at, strict=True))[:_MOST_NAMED]:
        axes.annotate(str(row.trial.number), place, xytext=(3, 4), textcoords="offset points", fontsize=7.5)
    if by_powers(prices):
        axes.set_xscale("log")
    axes.margins(x=0.08, y=0.1)
    axes.set(xlabel=label, ylabel=short(metric, 40))


def unit_of(values: Sequence[float], units: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Return the largest unit of which the largest value is at least one, and how much it is; else the smallest.

    >>> unit_of([0.002, 0.004], _TIMES)
    ('ms', 0.001)
    """
    most = max(values, default=0.0)
    return next((unit for unit in units if most >= unit[1]), units[-1])


def _table(board: Board, fronts: Mapping[str, Sequence[Row]]) -> Table:
    numbers = {name: {row.trial.number for row in rows} for name, rows in fronts.items()}
    members = {row.trial.number: row for rows in fronts.values() for row in rows}
    ordered = sorted(members.values(), key=lambda row: (row.rank or 0, row.trial.number))
    rows = [
        [
            row.trial.number,
            row.score,
            *(cost_cell(name, COSTS[name][1](row)) for name in fronts),
            ", ".join(name.replace("_", " ") for name in fronts if row.trial.number in numbers[name]),
            settings_line({key: row.trial.settings[key] for key in board.axes if key in row.trial.settings}),
        ]
        for row in ordered
    ]
    headings = [
        "trial",
        board.standing.metric,
        *(name.replace("_", " ") for name in fronts),
        "unbeaten by",
        "settings",
    ]
    return table(headings, rows, caption="Unbeaten for their price")
