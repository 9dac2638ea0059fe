"""Many runs at a glance: what `runner ls` shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.errors import RunnerError
from runner.record.read import Run
from runner.report.tables import number, seconds, show, table

#: How many scores a row has room for; the primary metric is the first of them.
SCORES_SHOWN = 3


def listing(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return one mapping per run: started, experiment, id, state, scores, seconds, path.

    scores: metric -> mean over the folds, the primary metric first. A run whose record is damaged has the state
    "unreadable", and "error" says why: one bad folder hides no other.
    """
    return [_row(run) for run in runs]


def show_listing(runs: Sequence[Run], console: Console) -> None:
    """Print a table of runs, in the order given."""
    if not runs:
        console.print(Text("There are no finished runs here."))
        return
    headings = ("when (UTC)", "experiment", "run", "state", "scores", "took")
    show(console, table(headings, [_cells(row) for row in listing(runs)], numbers=("took",)))


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
        return {
            "started": None,
            "experiment": run.path.parent.name,
            "id": run.path.name,
            "state": "unreadable",
            "scores": {},
            "seconds": None,
            "path": str(run.path),
            "error": str(error),
        }


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
        row["state"],
        "  ".join(f"{name} {number(mean)}" for name, mean in scores),
        "–" if row["seconds"] is None else seconds(row["seconds"]),
    ]
