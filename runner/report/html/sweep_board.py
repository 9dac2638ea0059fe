"""The leaderboard of a sweep: every trial, the best first, with verdicts, costs and settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.record.choosing import THE_BEST
from runner.report.doubt import evidence_lines
from runner.report.html.sections import Facts, Part, Rows, Section, Words
from runner.report.html.sweep_facts import Board, Row
from runner.report.html.tables import NOTHING, Cell, Table, cell, number, table
from runner.report.short_names import setting, settings_line
from runner.report.tables import seconds, size

#: More metrics have no column each.
_MOST_METRICS = 6


def outcome_section(board: Board) -> Section:
    """Tell how the sweep ended: how many trials, which is best, which is chosen, and how sure that is."""
    return Section("outcome", "Outcome", list(_outcome(board)))


def leaderboard_section(board: Board) -> Section:
    """Show all trials."""
    parts = [Rows(_table(board), filterable=True)] if board.rows else []
    return Section("leaderboard", "Leaderboard", parts)


def _outcome(board: Board) -> Iterator[Part]:
    standing = board.standing
    left = standing.total - standing.ended
    facts = [("trials ended", f"{standing.ended:,} of {standing.total:,}")]
    facts += [(state, f"{count:,}") for state, count in board.states.items()]
    facts += [("ranked by", f"{standing.metric}, {'less' if board.sign < 0 else 'more'} is better")]
    yield Facts(facts)
    if left:
        yield Words(
            f"{left:,} trials are still to go: this page tells how the sweep stood when it was written.", "warning"
        )
    if board.unread:
        yield Words(f"The records of {board.unread:,} trials cannot be read; 'runner verify' names them.", "warning")
    if board.scored:
        yield Words(_best(board.scored[0]))
    chosen = standing.chosen
    if chosen is not None and not chosen.why.startswith(THE_BEST):
        yield Words(f"Trial {chosen.number} is chosen, {chosen.why}.")
    for line in evidence_lines(board.evidence):
        yield Words(line)


def _best(row: Row) -> str:
    spread = "" if row.trial.std is None else f" ± {number(row.trial.std)}"
    how = f" with {settings_line(row.trial.settings)}" if row.trial.settings else ""
    return f"Best is trial {row.trial.number}{how}: {number(row.score or 0.0)}{spread}."


def _table(board: Board) -> Table:
    metrics = list(dict.fromkeys(name for row in board.rows for name in row.metrics or ()))[:_MOST_METRICS]
    weighed = any(row.behind is not None for row in board.rows)
    measured = [
        name for name in ("model_bytes", "latency") if any(getattr(row, name) is not None for row in board.rows)
    ]
    headings = ["rank", "trial", board.standing.metric, "±"]
    headings += ["behind", "against the best"] if weighed else []
    headings += [*(board.names[key] for key in board.axes), *metrics, "took"]
    headings += [{"model_bytes": "model", "latency": "a row takes"}[name] for name in measured] + ["state"]
    rows = [_cells(row, board, metrics, measured, weighed=weighed) for row in board.rows]
    note = "±: the standard deviation over folds and seeds."
    if weighed:
        note += (
            " behind: how much better the best is on the same folds, on average; not distinguishable: by so much, by "
        )
        note += "chance."
    return table(headings, rows, note=note).filled()


def _cells(row: Row, board: Board, metrics: list[str], measured: list[str], *, weighed: bool) -> list[Any]:
    trial, chosen = row.trial, board.standing.chosen
    verdict = row.verdict + (" · chosen" if chosen is not None and chosen.number == trial.number else "")
    told = row.metrics or {}
    costs = {
        "model_bytes": Cell(NOTHING) if row.model_bytes is None else Cell(size(row.model_bytes), row.model_bytes),
        "latency": cost_cell("latency", row.latency),
    }
    return [
        row.rank,
        trial.number,
        trial.score,
        trial.std,
        *([row.behind, verdict.removeprefix(" · ")] if weighed else []),
        *(_setting(trial.settings, key) for key in board.axes),
        *(told.get(name) for name in metrics),
        Cell(seconds(trial.seconds), _rounded(trial.seconds)),
        *(costs[name] for name in measured),
        trial.state if trial.kind in (None, trial.state) else f"{trial.state} ({trial.kind})",
    ]


def cost_cell(name: str, value: float | None) -> Cell:
    """Write what a trial costs. name: of the cost, as in `sweep.cost`."""
    if value is None:
        return Cell(NOTHING)
    if name.endswith("_bytes"):
        return Cell(size(int(value)), value)
    if name == "latency":
        return Cell(f"{value * 1e6:.3g} µs" if value < 1e-3 else seconds(value), _rounded(value))
    return Cell(seconds(value), _rounded(value))


def _setting(settings: Any, key: str) -> Any:
    if key not in settings:
        return None
    value = settings[key]
    return value if isinstance(value, int | float) else cell(setting(value))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
