"""What `runner compare` compares: the trials of a sweep, or some runs, as points with settings and a score."""

from __future__ import annotations

from collections.abc import Sequence

from runner.errors import ConfigError
from runner.plan.explaining import flat
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.report.comparison import Field, Point
from runner.report.doubt import evidence_lines
from runner.report.leaderboard import Direction
from runner.report.standing import Standing, evidence_of


def field_of_sweep(sweep: Sweep) -> Field:
    """Return a sweep's trials. One that the search stopped early has no score to compare: it was trained less."""
    standing = Standing.of(sweep)
    evidence = evidence_of(sweep, standing.trials, standing.direction, standing.metric)
    points = [
        Point(trial.settings, trial.score, evidence.verdict(trial.number) if evidence.compared else None)
        if trial.state == "done"
        else Point(trial.settings, None)
        for trial in standing.trials
    ]
    name = f"{sweep.path.parent.name}/{sweep.path.name}"
    remarks = evidence_lines(evidence)
    return Field(name, standing.metric, standing.direction, points, flat(sweep.info.base), remarks)


def field_of_runs(runs: Sequence[Run]) -> Field:
    """Return runs as one field. Raises ConfigError if they were not scored by one and the same metric."""
    metrics = {(run.scores.primary, run.scores.direction) for run in runs if run.scores.primary is not None}
    if len(metrics) != 1:
        named = ", ".join(f"{run.path.name} by {run.scores.primary or 'nothing'}" for run in runs[:10])
        raise ConfigError(
            f"these runs cannot be compared, since no one metric scored them: {named}. Give runs of one metric, "
            "or run them again with 'score_by=METRIC'."
        )
    ((metric, direction),) = metrics
    points = [
        Point(flat(run.config), _score(run, str(metric)), interval=run.scores.intervals.get(str(metric)))
        for run in runs
    ]
    return Field("runs", str(metric), _direction(direction), points, {})


def _score(run: Run, metric: str) -> float | None:
    total = run.scores.total.get(metric)
    return total.mean if run.state == "done" and total is not None and isinstance(total.mean, float | int) else None


def _direction(direction: str | None) -> Direction:
    return "minimize" if direction == "minimize" else "maximize"
