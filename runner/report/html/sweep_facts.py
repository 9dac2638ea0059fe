"""What a sweep tells, read once for its page: its trials with costs and verdicts, the best first.

board = read_board(Sweep.open(path))
board.rows[0].number, board.rows[0].verdict
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from runner.errors import RunnerError
from runner.record.evidence import Evidence
from runner.record.measures import MEASURED
from runner.record.read_sweep import Sweep
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, TrialRecord, TrialSummary, read_trial
from runner.report.html.run_stages import FROM_STORE
from runner.report.leaderboard import Place, ranked, varying
from runner.report.short_names import short_names
from runner.report.standing import Standing, evidence_of

#: Numbers that span so many times their smallest are set out by powers of ten.
_WIDE = 30


@dataclass(frozen=True)
class StageCost:
    """What a stage took over all trials. steps: how often it was told; stored: of these, taken from the store."""

    seconds: float = 0.0
    steps: int = 0
    stored: int = 0


@dataclass(frozen=True)
class Row:
    """A trial. rank: None where it has no place. scored: how many folds, over all seeds. costs: None where unknown.

    metrics: of the other metrics, those that are numbers.
    """

    rank: int | None
    trial: TrialSummary
    verdict: str = ""
    behind: float | None = None
    model_bytes: int | None = None
    latency: float | None = None
    scored: int | None = None
    fused: int | None = None
    metrics: Mapping[str, float] | None = None

    @property
    def score(self) -> float | None:
        """The score of a trial that was trained to its end, None of any other."""
        return self.trial.score if self.rank is not None else None


@dataclass(frozen=True)
class Board:
    """A sweep. rows: its trials, best first. axes: the settings in which they differ. stages: by name.

    unread: trials whose record cannot be read.
    """

    sweep: Sweep
    standing: Standing
    evidence: Evidence
    rows: Sequence[Row]
    axes: Sequence[str]
    stages: Mapping[str, StageCost]
    unread: int = 0

    @cached_property
    def names(self) -> dict[str, str]:
        """Key -> a name as short as can be."""
        return short_names(list(self.axes))

    @cached_property
    def scored(self) -> list[Row]:
        """The trials that have a place, the best first."""
        return [row for row in self.rows if row.score is not None]

    @cached_property
    def states(self) -> Counter[str]:
        """How many trials ended how."""
        return Counter(row.trial.state for row in self.rows)

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return -1 if self.standing.direction == "minimize" else 1


#: Verdict -> how a trial is told to be, against the best.
SAID = {"best": "best", "alike": "not distinguishable", "worse": "worse", "unknown": ""}


def read_board(sweep: Sweep) -> Board:
    """Read a sweep's journal and each trial's record once. A record that is damaged leaves its costs unknown."""
    standing = Standing.of(sweep)
    evidence = evidence_of(sweep, standing.trials, standing.direction, standing.metric)
    stages: dict[str, StageCost] = {}
    rows, unread = [], 0
    for place in ranked(standing.trials, standing.direction):
        try:
            record = read_trial(sweep.path / TRIALS / trial_name(place.trial.number))
        except RunnerError:
            rows.append(_row(place, evidence, None, standing.metric))
            unread += 1
            continue
        rows.append(_row(place, evidence, record, standing.metric))
        _add(stages, record)
    return Board(sweep, standing, evidence, rows, varying(standing.trials), stages, unread)


def _row(place: Place, evidence: Evidence, record: TrialRecord | None, metric: str) -> Row:
    number = place.trial.number
    verdict = SAID[evidence.verdict(number)] if place.rank is not None else ""
    behind = evidence.compared[number].mean if number in evidence.compared else None
    if record is None:
        return Row(place.rank, place.trial, verdict, behind)
    totals = record.metrics.total.items()
    return Row(
        rank=place.rank,
        trial=place.trial,
        verdict=verdict,
        behind=behind,
        model_bytes=record.model_bytes,
        latency=_finite(MEASURED["latency"](record)),
        scored=len(record.metrics.folds),
        fused=record.fused,
        metrics={
            name: float(total.mean)
            for name, total in totals
            if name != metric and isinstance(total.mean, float | int)
        },
    )


def _add(stages: dict[str, StageCost], record: TrialRecord) -> None:
    for step in record.steps:
        before = stages.get(step.step, StageCost())
        stored = FROM_STORE in (step.note or "")
        stages[step.step] = StageCost(before.seconds + step.seconds, before.steps + 1, before.stored + stored)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def values_of(rows: Sequence[Row], key: str) -> list[Any]:
    """Return the different values of a setting: numbers by size, then the rest by their texts."""
    found = {
        (type(value).__name__, repr(value)): value
        for row in rows
        if (value := row.trial.settings.get(key)) is not None
    }
    return sorted(found.values(), key=lambda value: (not is_number(value), value if is_number(value) else str(value)))


def by_powers(values: Sequence[float]) -> bool:
    """Say whether numbers are better set out by powers of ten: they span many, or each is the same times the last.

    >>> by_powers([0.05, 0.1, 0.2]), by_powers([1, 2, 3]), by_powers([0.001, 0.5, 0.7])
    (True, False, True)
    """
    known = sorted(set(values))
    if len(known) < 2 or known[0] <= 0:
        return False
    steps = [after / before for before, after in pairwise(known)]
    return known[-1] > _WIDE * known[0] or (len(steps) > 1 and max(steps) < 1.01 * min(steps))


def is_number(value: Any) -> bool:
    """Say whether a setting has a place on a scale."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
