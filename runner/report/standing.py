"""How far a sweep is, from its journal alone: fast for ten thousand trials, and while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from runner.record.read_sweep import Sweep
from runner.record.shelves import Committed, Shelves
from runner.record.sweeps import TrialSummary
from runner.report.leaderboard import Direction, best
from runner.report.live_table import FAILED


@dataclass(frozen=True)
class Standing:
    """trials: the ones at rest, by number. total: how many are planned; direction, metric: of the objective."""

    trials: Sequence[TrialSummary]
    total: int
    direction: Direction
    metric: str

    @classmethod
    def of(cls, sweep: Sweep) -> Self:
        """Read a sweep's journal, once, and its objective. Raises IntegrityError if `sweep.json` is damaged."""
        events = sweep.events()
        planned = {event["number"] for event in events if event.get("event") == "planned"}
        # The folders after the journal: what is committed in between is found among them.
        trials = Committed.of(sweep.path, events, Shelves.of(sweep.path)).trials
        return cls(list(trials.values()), len(planned | trials.keys()), _direction(sweep), _metric(sweep))

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


def _metric(sweep: Sweep) -> str:
    return str(sweep.info.objective["metric"])


def _direction(sweep: Sweep) -> Direction:
    return "minimize" if sweep.info.objective["direction"] == "minimize" else "maximize"
