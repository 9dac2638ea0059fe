"""What the trackers of a sweep hear: of the sweep, and of each trial when it begins and when it is on the disk.

The trackers are those that the experiment declares. They live in the driver, which tells of a trial what its workers
answered: its scores and curves at once, in one event. An interrupted trial has failed as far as trackers go; the
command that goes on with the sweep starts it again as another attempt.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.contracts import Event, Tracker
from runner.execute.observing import Listeners, deliveries_to
from runner.execute.run_events import metrics_told
from runner.plan.experiment import Experiment
from runner.record import layout
from runner.record.records import ErrorRecord
from runner.record.redaction import redacted
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, SweepInfo, TrialRecord, TrialSummary

#: How a trial ends that has a score, if only for a part of its epochs.
_SCORED = ("done", "pruned")


def trackers_of(experiment: Experiment) -> list[tuple[str, Tracker]]:
    """Build the trackers that an experiment declares. Raises ConfigError, PluginError."""
    # Not by `runner.execute.components`, which imports scikit-learn: a driver can do without.
    return [(step.name, step.offer.build(step.settings)) for step in experiment.many("trackers")]


def listening(trackers: Sequence[tuple[str, Tracker]], folder: Path, run: str, *, shown: bool) -> Listeners:
    """Begin to deliver to trackers. folder, run: of the sweep, and its id; shown: to a person already."""
    return Listeners((), deliveries_to(trackers, lambda name: folder / layout.TRACKERS / name, shown=shown), run)


@dataclass
class Telling:
    """Tells the trackers of one sweep. notes: what a person should know of the trackers."""

    listeners: Listeners = field(default_factory=Listeners)
    folder: Path = Path()
    begun: float = field(default_factory=time.monotonic)
    total: int = 0
    notes: list[str] = field(default_factory=list)
    _running: dict[int, dict[str, Any]] = field(default_factory=dict)

    def opened(self, info: SweepInfo, code: Mapping[str, Any] | None, workers: int, known: int) -> None:
        """Tell that the sweep begins, or goes on. known: how many trials earlier commands have finished."""
        details = {
            "experiment": info.experiment,
            "id": info.id,
            "folder": str(self.folder.absolute()),
            "declaration": redacted(info.base),
            "command": list(info.command),
            "code": code,
            "axes": list(info.axes),
            "objective": dict(info.objective),
            "seeds": info.seeds,
            "workers": workers,
            "known": known,
        }
        self.listeners.hear(Event("sweep_started", details=details))

    def planned(self, total: int, resumed: Sequence[TrialSummary]) -> None:
        """Tell of the trials that are not to be carried out again. total: planned so far in all."""
        self.total = total
        for trial in resumed if self.listeners else ():
            details = {**self._of(trial.number, trial.settings, trial.attempt), **_ended(trial)}
            self.listeners.hear(Event("trial_resumed", trial=trial.number, seconds=trial.seconds, details=details))

    def started(self, number: int, settings: Mapping[str, Any], attempt: int) -> None:
        """Tell that a trial is begun."""
        if self.listeners:
            self._running[number] = self._of(number, settings, attempt)
            told = {**self._running[number], "total": self.total}
            self.listeners.hear(Event("trial_started", trial=number, details=told))

    def broke(self, number: int, state: str, error: ErrorRecord) -> None:
        """Tell that an attempt broke with its worker; another one follows."""
        self._failed(number, state, {"kind": error.kind, "message": error.message})

    def ended(self, record: TrialRecord, answers: Mapping[tuple[int, int], Mapping[str, Any]]) -> None:
        """Tell how a trial ended. It is on the disk. answers: as `runner.trials.tally.Tally` has them."""
        if not self.listeners:
            return
        self._running.pop(record.number, None)
        details = {
            **self._of(record.number, record.settings, record.attempt),
            **_ended(record.summary()),
            "error": None if record.error is None else vars(record.error),
            "metrics": metrics_told(record.metrics),
            "folds": [_fold_told(*place, answers[place]) for place in sorted(answers)],
            "waited": record.waited,
            "peak_bytes": record.peak_bytes,
            "model_bytes": record.model_bytes,
            "fused": record.fused,
            "share": record.share,
            "data": record.data,
        }
        name = "trial_finished" if record.state in _SCORED else "trial_failed"
        self.listeners.hear(Event(name, trial=record.number, seconds=record.seconds, details=details))

    def closed(self, failed: str | None, trials: Sequence[TrialSummary], more: Mapping[str, Any]) -> None:
        """Tell how the sweep ended, and wait until all is heard. failed: why it is not through, None if it is.

        more: of the winner and of the files.
        """
        if not self.listeners:
            return
        for number in list(self._running):
            self._failed(number, "interrupted", None)
        states: dict[str, int] = {}
        for trial in trials:
            states[trial.state] = states.get(trial.state, 0) + 1
        details = {"trials": len(trials), "states": states, "reason": failed, **more}
        name = "sweep_finished" if failed is None else "sweep_failed"
        self.listeners.hear(Event(name, seconds=time.monotonic() - self.begun, details=details))
        self.listeners.close()

    def _failed(self, number: int, state: str, error: Mapping[str, Any] | None) -> None:
        trial = self._running.pop(number, None)
        if trial is not None:
            details = {**trial, "state": state, "error": error}
            self.listeners.hear(Event("trial_failed", trial=number, details=details))

    def _of(self, number: int, settings: Mapping[str, Any], attempt: int) -> dict[str, Any]:
        folder = self.folder / TRIALS / trial_name(number)
        return {"settings": redacted(settings), "attempt": attempt, "folder": str(folder.absolute())}


def _ended(trial: TrialSummary) -> dict[str, Any]:
    return {"state": trial.state, "score": trial.score, "std": trial.std}


def _fold_told(repetition: int, fold: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: answer[name] for name in ("scores", "curves", "seconds", "diverged")}
    return {"repetition": repetition, "fold": fold, "metrics": told.pop("scores"), **told}
