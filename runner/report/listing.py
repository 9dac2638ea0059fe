"""Many runs and sweeps at a glance: what `runner ls` shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.errors import RunnerError
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.report.standing import Standing
from runner.report.tables import number, seconds, show, table

#: How many scores a row has room for; the primary metric is the first of them.
SCORES_SHOWN = 3


def listing(runs: Sequence[Run], sweeps: Sequence[Sweep] = ()) -> list[dict[str, Any]]:
    """Return one mapping per run: started, experiment, id, state, scores, seconds, path; in the order of the start.

    scores: metric -> mean over the folds, the primary metric first. A run whose record is damaged has the state
    "unreadable", and "error" says why: one bad folder hides no other. A sweep is one mapping, too: its state is
    "done" or "unfinished", its score the best so far, and "trials" counts the total, the ended and the failed.
    """
    return sorted([*map(_row, runs), *map(_sweep_row, sweeps)], key=_start)


def show_listing(runs: Sequence[Run], console: Console, sweeps: Sequence[Sweep] = ()) -> None:
    """Print a table of runs and sweeps, the oldest first."""
    rows = listing(runs, sweeps)
    if not rows:
        console.print(Text("There are no finished runs here."))
        return
    headings = ("when (UTC)", "experiment", "run", "state", "scores", "took")
    show(console, table(headings, [_cells(row) for row in rows], numbers=("took",)))


def _row(run: Run) -> dict[str, Any]:
    try:
        info = run.info
        return {
            "started": info.started,
            "experiment": info.experiment,
            "id": info.id,
            "state": info.state,
            "scores": _means(run),
            "seconds": info.seconds,
            "path": str(run.path),
        }
    except RunnerError as error:
        return _unreadable(run.path, error)


def _sweep_row(sweep: Sweep) -> dict[str, Any]:
    try:
        info, standing = sweep.info, Standing.of(sweep)
    except RunnerError as error:
        return _unreadable(sweep.path, error)
    winner = standing.best
    return {
        "started": info.created,
        "experiment": info.experiment,
        "id": sweep.path.name,
        "state": standing.state,
        "scores": {} if winner is None else {standing.metric: winner.score},
        "seconds": None,
        "path": str(sweep.path),
        "trials": {"total": standing.total, "ended": standing.ended, "failed": standing.failed},
    }


def _unreadable(path: Path, error: RunnerError) -> dict[str, Any]:
    return {
        "started": None,
        "experiment": path.parent.name,
        "id": path.name,
        "state": "unreadable",
        "scores": {},
        "seconds": None,
        "path": str(path),
        "error": str(error),
    }


def _start(row: dict[str, Any]) -> tuple[str, str]:
    """Order by the recorded start; a record that cannot be read leaves the time in a run folder's name."""
    return (row["started"] or row["id"]).replace("-", "").replace(":", "")[:15], row["id"]


def _means(run: Run) -> dict[str, float | None]:
    """Return the scores that are numbers, the primary one first; descriptions have no place in a list."""
    scores = run.scores
    means = {name: total.mean for name, total in scores.total.items() if not isinstance(total.mean, list)}
    return dict(sorted(means.items(), key=lambda item: item[0] != scores.primary))


def _cells(row: dict[str, Any]) -> list[str]:
    scores = list(row["scores"].items())[:SCORES_SHOWN]
    return [
        (row["started"] or "–").replace("T", " ")[:16],
        row["experiment"],
        row["id"],
        _state(row),
        "  ".join(f"{name} {number(mean)}" for name, mean in scores),
        "–" if row["seconds"] is None else seconds(row["seconds"]),
    ]


def _state(row: dict[str, Any]) -> str:
    """Write a run's state, or how far a sweep is."""
    if "trials" not in row:
        return str(row["state"])
    count = row["trials"]
    failed = f", {count['failed']:,} failed" if count["failed"] else ""
    return f"{count['ended']:,}/{count['total']:,} trials{failed}"
