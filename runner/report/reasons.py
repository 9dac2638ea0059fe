"""Why a trial ran: compared with its attempt before, else with the trial of its sweep that is most like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runner.plan.explaining import Ran, differences, ending, merged, nearest
from runner.record.read_sweep import Sweep
from runner.record.sweeps import SweepInfo, TrialRecord


@dataclass(frozen=True)
class Why:
    """trial, attempt: what is explained. compared_with: in words; reasons: what differs, in words."""

    trial: int
    attempt: int
    compared_with: str | None
    reasons: Sequence[str]

    def sentence(self) -> str:
        """Tell it in one line.

        >>> Why(3, 1, "trial 2", ["model.l2 0.1 -> 0.2"]).sentence()
        'trial 3 (attempt 1) against trial 2: model.l2 0.1 -> 0.2'
        """
        against = "" if self.compared_with is None else f" against {self.compared_with}"
        return f"trial {self.trial} (attempt {self.attempt}){against}: {'; '.join(self.reasons)}"


def why(sweep: Sweep, number: int) -> Why:
    """Explain a trial that has ended. Raises ConfigError if it has not, IntegrityError if its record is damaged."""
    now = sweep.trial(number)
    earlier = [record for record in sweep.attempts(number) if record.attempt < now.attempt]
    if earlier:
        before = earlier[-1]
        return Why(number, now.attempt, f"attempt {before.attempt}", _again(sweep.info, before, now))
    if now.attempt > 1:
        return Why(number, now.attempt, None, ["the attempt before left no record: its process ended before it did"])
    others = {trial.number: trial.settings for trial in sweep.trials() if trial.number != number}
    neighbour = nearest(now.settings, others)
    if neighbour is None:
        return Why(number, now.attempt, None, ["it is the only trial of its sweep that has ended"])
    told = differences(_ran(sweep.info, sweep.trial(neighbour)), _ran(sweep.info, now))
    return Why(number, now.attempt, f"trial {neighbour}", told or ["nothing that is recorded differs"])


def _again(info: SweepInfo, before: TrialRecord, now: TrialRecord) -> list[str]:
    """Tell what changed since the attempt before, and how that one ended if it did not end well."""
    told = differences(_ran(info, before), _ran(info, now))
    if before.state != "done" or not told:
        told.append(ending(before.state, None if before.error is None else before.error.message))
    return told


def _ran(info: SweepInfo, record: TrialRecord) -> Ran:
    declared = {**merged(info.base, record.changes, record.removed), **record.settings}
    return Ran(declared, record.components, record.data)
