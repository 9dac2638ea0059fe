"""The trials of a sweep that no other beats: by the score, by another metric, or by some cost."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from runner.contracts import Axis
from runner.errors import ConfigError
from runner.record.measures import MEASURED, Measure, check_measure, measure, point, unbeaten
from runner.record.read_sweep import Sweep
from runner.record.results import cell
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, TrialRecord, read_trial
from runner.report.leaderboard import Direction, varying
from runner.report.short_names import setting, short_names
from runner.report.size_table import duration
from runner.report.standing import Standing
from runner.report.tables import number, show, size, table


@dataclass(frozen=True)
class Weighed:
    """A trial that is done. measures: name -> what it is of the trial, None where its record does not tell."""

    number: int
    score: float
    measures: Mapping[str, float | None]
    settings: Mapping[str, Any]
    unbeaten: bool


@dataclass(frozen=True)
class Pareto:
    """trials: the unbeaten first, cheapest first. measures: what is compared beside the score, by name.

    axes: the settings in which the trials differ.
    """

    metric: str
    direction: Direction
    measures: Sequence[str]
    axes: Sequence[str]
    trials: Sequence[Weighed]


def pareto(sweep: Sweep, names: Sequence[str] = ()) -> Pareto:
    """Compare the trials of a sweep by their score and by other measures; without names by those that it searched by.

    Raises ConfigError for a measure that the trials have not, and where nothing is named.
    """
    info, standing = sweep.info, Standing.of(sweep)
    chosen = list(names) or standing.against
    if not chosen:
        raise ConfigError(
            "--pareto: against what? The search of this sweep heard of nothing but the score; name costs or metrics, "
            "such as --pareto model_bytes,latency."
        )
    done = [trial for trial in standing.trials if trial.state == "done" and trial.score is not None]
    axes = [Axis(key, tuple(one.settings[key] for one in done if key in one.settings)) for key in info.axes]
    others = [name for name in info.directions if name != standing.metric]
    for name in chosen:
        check_measure("--pareto", name, axes, others)
    records = [read_trial(sweep.path / TRIALS / trial_name(trial.number)) for trial in done]
    measures = [measure(name, info.directions) for name in chosen]
    return Pareto(
        standing.metric, standing.direction, chosen, varying(done), weigh(records, measures, standing.direction)
    )


def weigh(trials: Sequence[TrialRecord], measures: Sequence[Measure], direction: Direction) -> list[Weighed]:
    """Compare trials that are done: the unbeaten first, and of both those first that are best by the measures."""
    points = [point(trial, direction, measures) for trial in trials]
    best = unbeaten(points)
    order = sorted(range(len(trials)), key=lambda place: (place not in best, *(-x for x in points[place][1:]), place))
    return [
        Weighed(
            trials[place].number,
            float(trials[place].score or 0.0),
            {one.name: _finite(one.of(trials[place])) for one in measures},
            trials[place].settings,
            place in best,
        )
        for place in order
    ]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def show_pareto(found: Pareto, console: Console) -> None:
    """Print the unbeaten trials, and say how many others there are."""
    names = short_names(found.axes)
    headings = ("trial", found.metric, *found.measures, *(names[axis] for axis in found.axes))
    best = [one for one in found.trials if one.unbeaten]
    rows = [
        [
            str(one.number),
            number(one.score),
            *(_shown(name, value) for name, value in one.measures.items()),
            *(setting(one.settings[axis]) if axis in one.settings else "" for axis in found.axes),
        ]
        for one in best
    ]
    show(console, table(headings, rows, numbers=headings[: 2 + len(found.measures)]))
    others = len(found.trials) - len(best)
    console.print(
        Text(f"{others:,} of {len(found.trials):,} trials are beaten in every respect and not shown"), soft_wrap=True
    )


def write_pareto(found: Pareto, out: IO[str]) -> None:
    """Write all trials as csv, the unbeaten marked; safe to open in a spreadsheet."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("trial", found.metric, *found.measures, "unbeaten", *found.axes))
    for one in found.trials:
        told = (one.number, one.score, *one.measures.values(), one.unbeaten)
        writer.writerow([cell(it) for it in (*told, *(one.settings.get(axis) for axis in found.axes))])


def pareto_data(found: Pareto) -> list[dict[str, Any]]:
    """Return all trials as plain data."""
    return [
        {
            "trial": one.number,
            "score": one.score,
            **one.measures,
            "unbeaten": one.unbeaten,
            "settings": dict(one.settings),
        }
        for one in found.trials
    ]


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name not in MEASURED:
        return number(value)
    return size(round(value)) if name.endswith("bytes") else duration(value)
