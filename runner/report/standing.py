"""How far a sweep is, from its journal alone: fast for ten thousand trials, and while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from runner.errors import RunnerError
from runner.record.evidence import ONE_FOLD, Evidence, Scored, weigh
from runner.record.read_sweep import Sweep
from runner.record.shelves import Committed, Shelves, trial_name
from runner.record.sweeps import TRIALS, TrialSummary, read_trial
from runner.report.leaderboard import Chosen, Direction, best, ranked
from runner.report.live_table import FAILED

#: So many trials are compared with the best: their records are opened one by one, and a sweep may have ten thousand.
NEXT_BEST = 200


@dataclass(frozen=True)
class Standing:
    """trials: the ones at rest, by number. total: how many are planned; direction, metric: of the objective.

    chosen: what is to be shipped, None before the sweep has ended once. against: what its search heard besides the
    score.
    """

    trials: Sequence[TrialSummary]
    total: int
    direction: Direction
    metric: str
    chosen: Chosen | None = None
    against: Sequence[str] = ()

    @classmethod
    def of(cls, sweep: Sweep) -> Self:
        """Read a sweep's journal, once, and its objective. Raises IntegrityError if `sweep.json` is damaged."""
        events = sweep.events()
        planned = {event["number"] for event in events if event.get("event") == "planned"}
        against = [event["names"] for event in events if event.get("event") == "against"]
        chosen = [Chosen(event["number"], event["why"]) for event in events if event.get("event") == "chosen"]
        # The folders after the journal: what is committed in between is found among them.
        trials = Committed.of(sweep.path, events, Shelves.of(sweep.path)).trials
        total, last = len(planned | trials.keys()), chosen[-1] if chosen else None
        heard = against[-1] if against else ()
        return cls(list(trials.values()), total, _direction(sweep), _metric(sweep), last, heard)

    @property
    def ended(self) -> int:
        """How many trials need not run again: done, failed, or stopped by the search."""
        return sum(trial.state != "interrupted" for trial in self.trials)

    @property
    def failed(self) -> int:
        """How many trials went wrong."""
        return sum(trial.state in FAILED for trial in self.trials)

    @property
    def best(self) -> TrialSummary | None:
        """The best trial so far."""
        return best(self.trials, self.direction)

    @property
    def state(self) -> str:
        """Whether anything is left: "done" or "unfinished"; nothing is "done" in a sweep that planned nothing."""
        return "done" if self.total and self.ended == self.total else "unfinished"


def evidence_of(sweep: Sweep, trials: Sequence[TrialSummary], direction: Direction, metric: str) -> Evidence:
    """Read what the folds tell of the best of these trials, compared with those that come next.

    Nothing is known of a trial whose record is damaged; where the best has one fold only, no other record is opened.
    """
    numbers = [place.trial.number for place in ranked(trials, direction) if place.rank is not None]
    if not numbers:
        return Evidence(None, 0)
    first, *others = numbers
    try:
        scored = [_scored(sweep, first, metric)]
    except RunnerError as error:
        return Evidence(first, 0, unknown=dict.fromkeys(others, f"the record of the best cannot be read: {error}"))
    if len(scored[0].scores) < 2:
        return Evidence(first, len(scored[0].scores), unknown=dict.fromkeys(others, ONE_FOLD))
    unknown = dict.fromkeys(others[NEXT_BEST:], f"only the {NEXT_BEST} that come next are")
    for number in others[:NEXT_BEST]:
        try:
            scored.append(_scored(sweep, number, metric))
        except RunnerError:
            unknown[number] = "its record cannot be read; 'runner verify' tells more"
    return weigh(scored, first, direction, among=len(numbers), unknown=unknown)


def _scored(sweep: Sweep, number: int, metric: str) -> Scored:
    return Scored.of(read_trial(sweep.path / TRIALS / trial_name(number)), metric)


def _metric(sweep: Sweep) -> str:
    return str(sweep.info.objective["metric"])


def _direction(sweep: Sweep) -> Direction:
    return "minimize" if sweep.info.objective["direction"] == "minimize" else "maximize"
