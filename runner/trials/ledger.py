"""How trials went, written down: a tally becomes a record, and records are committed together."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from runner.plan.experiment import Experiment
from runner.record.plain import plain
from runner.record.records import ErrorRecord
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import TrialRecord, TrialState
from runner.trials.candidate import components_of, differences
from runner.trials.planning import Planner
from runner.trials.tally import Objective, Tally
from runner.trials.telling import Telling
from runner.trials.watcher import Watcher


@dataclass
class Ledger:
    """Writes into one sweep. committed: how many trials it has written."""

    sweep: SweepFolder
    planner: Planner
    objective: Objective
    watcher: Watcher
    telling: Telling
    committed: int = 0
    _entered: list[tuple[TrialRecord, Tally]] = field(default_factory=list)

    def close(self, tally: Tally, *, raced: bool = False) -> TrialRecord:
        """Say how a trial ended. It has been begun. raced: it was not repeated with all seeds."""
        diverged = tally.diverged
        if tally.state is None and diverged is not None:
            where = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in diverged.items())
            tally.fail("diverged", ErrorRecord("diverged", f"the training diverged ({where})"))
        return self.record(tally, "done" if tally.candidate.share >= 1.0 and not raced else "pruned")

    def enter(self, record: TrialRecord, tally: Tally) -> None:
        """Have a record committed with the next ones."""
        self._entered.append((record, tally))

    def commit(self) -> None:
        """Write down what was entered, and tell of it."""
        if not self._entered:
            return
        entered, self._entered = self._entered, []
        summaries = self.sweep.commit([record for record, _ in entered])
        self.committed += len(entered)
        for (record, tally), summary in zip(entered, summaries, strict=True):
            log = self.sweep.log_of(record.number)
            self.watcher.ended(summary, record.error.message if record.error else None, log)
            self.telling.ended(record, tally.answers)

    def score(self, tally: Tally) -> float:
        """Put together what the folds and seeds of a trial have scored."""
        return self.objective.of(list(tally.scores(self.objective.metric).values()))

    def data_of(self, experiment: Experiment) -> str | None:
        """Return the fingerprint of what a trial's source loads."""
        source = experiment.one("source")
        return None if source is None else self.planner.traits.data.get(source.key)

    def record(self, tally: Tally, state: TrialState) -> TrialRecord:
        """Return what is written of a trial. state: if nothing went wrong."""
        candidate = tally.candidate
        declared = plain(candidate.experiment.declared)
        changes, removed = differences(self.sweep.info.base, declared)
        score = None if tally.state is not None else self.score(tally)
        values = list(tally.scores(self.objective.metric).values())
        fused = max((answer["fused"] for answer in tally.answers.values()), default=1)
        assert tally.started is not None
        return TrialRecord(
            number=candidate.number,
            key=candidate.key,
            state=tally.state or state,
            attempt=tally.attempt,
            overrides=[f"{key}={value}" for key, value in candidate.settings.items()],
            settings=candidate.settings,
            changes=changes,
            removed=removed,
            score=score,
            std=statistics.stdev(values) if score is not None and len(values) > 1 else None,
            metrics=tally.metrics(self.objective),
            steps=tally.steps(),
            curves=tally.curves(),
            components=components_of(candidate.experiment, self.planner.libraries),
            data=self.data_of(candidate.experiment),
            started=tally.begun,
            seconds=tally.seconds or time.monotonic() - tally.started,
            waited=max(0.0, tally.started - tally.submitted),
            peak_bytes=tally.peak or None,
            model_bytes=tally.model_bytes,
            latency=tally.latency,
            fused=fused if fused > 1 else None,
            share=candidate.share,
            error=tally.error,
        )
