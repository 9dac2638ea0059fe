"""The trials of a sweep that no other beats: better by the score, or cheaper by some cost."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from runner.errors import ConfigError, did_you_mean
from runner.record.choosing import MEASURED
from runner.record.read_sweep import Sweep
from runner.record.results import cell
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, read_trial
from runner.report.leaderboard import Direction, varying
from runner.report.short_names import setting, short_names
from runner.report.size_table import duration
from runner.report.standing import Standing
from runner.report.tables import number, show, size, table


@dataclass(frozen=True)
class Priced:
    """A trial that is done. costs: cost -> what it is of the trial, None where its record does not tell."""

    number: int
    score: float
    costs: Mapping[str, float | None]
    settings: Mapping[str, Any]
    unbeaten: bool = False


@dataclass(frozen=True)
class Pareto:
    """trials: the unbeaten first, cheapest first. axes: the settings in which they differ."""

    metric: str
    direction: Direction
    costs: Sequence[str]
    axes: Sequence[str]
    trials: Sequence[Priced]


def pareto(sweep: Sweep, costs: Sequence[str]) -> Pareto:
    """Read what the trials of a sweep cost. Raises ConfigError for a cost that is not measured."""
    for cost in costs:
        if cost not in MEASURED:
            raise ConfigError(f"--pareto: {cost!r} is measured of no trial. {did_you_mean(cost, MEASURED)}")
    standing = Standing.of(sweep)
    done = [trial for trial in standing.trials if trial.state == "done" and trial.score is not None]
    priced = [
        Priced(trial.number, float(trial.score or 0.0), _costs(sweep, trial.number, costs), trial.settings)
        for trial in done
    ]
    marked = _marked(priced, 1 if standing.direction == "maximize" else -1)
    ordered = sorted(marked, key=lambda one: (not one.unbeaten, _sizes(one), one.number))
    return Pareto(standing.metric, standing.direction, costs, varying(done), ordered)


def _costs(sweep: Sweep, trial: int, costs: Sequence[str]) -> dict[str, float | None]:
    record = read_trial(sweep.path / TRIALS / trial_name(trial))
    found = {cost: MEASURED[cost](record) for cost in costs}
    return {cost: value if math.isfinite(value) else None for cost, value in found.items()}


def _sizes(one: Priced) -> tuple[float, ...]:
    return tuple(math.inf if value is None else value for value in one.costs.values())


def _marked(trials: Sequence[Priced], sign: int) -> list[Priced]:
    """Mark those that no other beats: as good in everything and better in something."""
    points = [(-sign * one.score, *_sizes(one)) for one in trials]
    return [
        Priced(
            one.number,
            one.score,
            one.costs,
            one.settings,
            unbeaten=not any(
                other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in points
            ),
        )
        for one, mine in zip(trials, points, strict=True)
    ]


def show_pareto(found: Pareto, console: Console) -> None:
    """Print the unbeaten trials, and say how many others there are."""
    names = short_names(found.axes)
    headings = ("trial", found.metric, *found.costs, *(names[axis] for axis in found.axes))
    best = [one for one in found.trials if one.unbeaten]
    rows = [
        [
            str(one.number),
            number(one.score),
            *(_cost(name, value) for name, value in one.costs.items()),
            *(setting(one.settings[axis]) if axis in one.settings else "" for axis in found.axes),
        ]
        for one in best
    ]
    show(console, table(headings, rows, numbers=headings[: 2 + len(found.costs)]))
    others = len(found.trials) - len(best)
    console.print(
        Text(f"{others:,} of {len(found.trials):,} trials are beaten in every respect and not shown"), soft_wrap=True
    )


def write_pareto(found: Pareto, out: IO[str]) -> None:
    """Write all trials as csv, the unbeaten marked; safe to open in a spreadsheet."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("trial", found.metric, *found.costs, "unbeaten", *found.axes))
    for one in found.trials:
        told = (one.number, one.score, *one.costs.values(), one.unbeaten)
        writer.writerow([cell(it) for it in (*told, *(one.settings.get(axis) for axis in found.axes))])


def pareto_data(found: Pareto) -> list[dict[str, Any]]:
    """Return all trials as plain data."""
    return [
        {
            "trial": one.number,
            "score": one.score,
            **one.costs,
            "unbeaten": one.unbeaten,
            "settings": dict(one.settings),
        }
        for one in found.trials
    ]


def _cost(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return size(round(value)) if name.endswith("bytes") else duration(value)
