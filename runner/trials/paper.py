"""A sweep's folder that is only looked at: a plan is made on it and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from runner.record.folder import slug
from runner.record.read_sweep import Sweep, is_sweep
from runner.record.sweeps import SweepInfo, TrialRecord, TrialSummary


@dataclass
class Paper:
    """What a planner asks of a sweep's folder. path: where it is, or would be."""

    path: Path
    sweep: Sweep
    trials: Mapping[str, TrialSummary]
    notes: Sequence[str] = ()
    journal: Any = field(default_factory=lambda: SimpleNamespace(records=[]))

    @classmethod
    def of(cls, root: Path, experiment: str, identity: str) -> Paper:
        """Look at the sweep of this identity, if there is one."""
        path = root / slug(experiment) / f"sweep-{identity[:12]}"
        sweep = Sweep(path)
        trials = sweep.trials() if is_sweep(path) else []
        return cls(path, sweep, {trial.key: trial for trial in trials})

    @property
    def info(self) -> SweepInfo:
        """What the sweep says of itself, where there is one."""
        return self.sweep.info

    def read(self, number: int) -> TrialRecord:
        """Return the record of a committed trial."""
        return self.sweep.trial(number)

    def known(self) -> dict[str, TrialSummary]:
        """Return key -> summary of every trial that was committed."""
        return dict(self.trials)

    def plan(self, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
        """Return the number that each trial has, or would get."""
        taken = {key: trial.number for key, trial in self.trials.items()}
        free = 1 + max(taken.values(), default=-1)
        fresh = {key: free + place for place, key in enumerate(key for key in wanted if key not in taken)}
        return {key: taken.get(key, fresh.get(key, 0)) for key in wanted}
