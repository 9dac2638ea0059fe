"""The best trials of a sweep, with the settings in which its trials differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.text import Text

from runner.record.choosing import THE_BEST
from runner.record.evidence import Evidence
from runner.record.sweeps import TrialSummary
from runner.report.doubt import evidence_lines, marked
from runner.report.short_names import setting, short_names
from runner.report.tables import number, seconds, show, table

#: So many trials are shown; the others are counted.
TOP = 10
_NUMBERS = ("rank", "trial", "score", "took")

Direction = Literal["maximize", "minimize"]


class Place(NamedTuple):
    """A trial and its rank, counted from 1; equal scores share one. None: the trial has no place."""

    rank: int | None
    trial: TrialSummary


class Chosen(NamedTuple):
    """The trial that a sweep has chosen to ship, and why."""

    number: int
    why: str


def ranked(trials: Sequence[TrialSummary], direction: Direction) -> list[Place]:
    """Return all trials, the best first.

    Only trials that are done and have a finite score are ranked. Then come the ones the search stopped early,
    best first: their scores are of less training. Then those without a score, by number.
    """
    done = sorted((trial for trial in trials if _counts(trial)), key=lambda trial: _order(trial, direction))
    others = sorted((trial for trial in trials if not _counts(trial)), key=lambda trial: _order(trial, direction))
    places: list[Place] = []
    for at, trial in enumerate(done, start=1):
        tied = places and places[-1].trial.score == trial.score
        places.append(Place(places[-1].rank if tied else at, trial))
    return [*places, *(Place(None, trial) for trial in others)]


def best(trials: Sequence[TrialSummary], direction: Direction) -> TrialSummary | None:
    """Return the winner: the lowest number among the best scores; None where no trial has one."""
    done = [trial for trial in trials if _counts(trial)]
    return min(done, key=lambda trial: _order(trial, direction), default=None)


def varying(trials: Sequence[TrialSummary]) -> list[str]:
    """Return the keys in which the trials differ, in the order in which the sweep names them."""
    values: dict[str, Any] = {}
    differ: dict[str, bool] = {}
    for trial in trials:
        for key, value in trial.settings.items():
            first = values.setdefault(key, value)
            differ[key] = differ.get(key, False) or first != value or type(first) is not type(value)
    conditional = {key for trial in trials for key in values.keys() - trial.settings.keys()}
    return [key for key, differs in differ.items() if differs or key in conditional]


def show_leaderboard(
    trials: Sequence[TrialSummary],
    direction: Direction,
    console: Console,
    top: int = TOP,
    evidence: Evidence | None = None,
    chosen: Chosen | None = None,
) -> None:
    """Print the first `top` trials as a table and count the others. evidence: marks those as good as the best.

    chosen: is marked, shown however far down it is, and explained, where it is not simply the best.
    """
    keys = varying(trials)
    names = short_names(keys)
    places = ranked(trials, direction)
    marks = marked(evidence)
    told = chosen if chosen is not None and chosen.why != THE_BEST else None
    if told is not None:
        marks = {**marks, told.number: f"{marks.get(told.number, '')} chosen".lstrip()}
    extra = ("to best",) if marks else ()
    headings = ("rank", "trial", "score", *extra, *(names[key] for key in keys), "took")
    shown = [place for at, place in enumerate(places) if at < top or (told and place.trial.number == told.number)]
    show(console, table(headings, [_cells(place, keys, marks) for place in shown], numbers=_NUMBERS))
    if len(places) > len(shown):
        left = [place.trial for place in places if place not in shown]
        console.print(Text(f"and {_counted(left)}"), soft_wrap=True)
    if told is not None:
        console.print(Text(f"trial {told.number} is chosen, {told.why}."), soft_wrap=True)
    for line in evidence_lines(evidence):
        console.print(Text(line), soft_wrap=True)


def finite(score: float | None) -> bool:
    """Say whether there is a score to compare with others."""
    return score is not None and math.isfinite(score)


def _counts(trial: TrialSummary) -> bool:
    return trial.state == "done" and finite(trial.score)


def _order(trial: TrialSummary, direction: Direction) -> tuple[bool, float, int]:
    if trial.score is None or not finite(trial.score):
        return True, 0.0, trial.number
    return False, -trial.score if direction == "maximize" else trial.score, trial.number


def _cells(place: Place, keys: Sequence[str], marks: Mapping[int, str]) -> list[str]:
    trial = place.trial
    return [
        "–" if place.rank is None else str(place.rank),
        str(trial.number),
        _score(trial),
        *([marks.get(trial.number, "")] if marks else []),
        *(setting(trial.settings[key]) if key in trial.settings else "" for key in keys),
        seconds(trial.seconds),
    ]


def _score(trial: TrialSummary) -> str:
    """Write the score, or the state of a trial that has none."""
    if not finite(trial.score):
        return trial.state
    spread = "" if trial.std is None else f" ± {number(trial.std)}"
    state = "" if trial.state == "done" else f" ({trial.state})"
    return f"{number(trial.score)}{spread}{state}"


def _counted(trials: Sequence[TrialSummary]) -> str:
    """Count trials by state.

    >>> _counted([])
    '0 more'
    """
    states: dict[str, int] = {}
    for trial in trials:
        states[trial.state] = states.get(trial.state, 0) + 1
    told = ", ".join(f"{count:,} {state}" for state, count in states.items())
    return f"{len(trials):,} more" + (f" ({told})" if told else "")
