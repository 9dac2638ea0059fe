"""What a search asks for, and what it hears of it: now, or from what an earlier command has written down."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from runner.contracts import Asking, AskingAgainst, Trial
from runner.plan.experiment import Experiment
from runner.record.measures import Measure, point
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import TrialRecord, TrialSummary
from runner.trials.tally import Objective

#: Ask a search for as many as it has.
ALL = 1_000_000_000


@dataclass(frozen=True)
class Asked:
    """One trial that a search asks for, declared and checked."""

    trial: Trial
    experiment: Experiment


@dataclass(frozen=True)
class Heard:
    """What a search hears of a trial, more being better. score: None of one that failed; others: beside the score."""

    score: float | None
    others: Sequence[float] = ()


@dataclass
class Questions:
    """The questions of one search. declare: settings -> the experiment they make, checked.

    against: what it wants to hear besides the score, in this order; the search gets no third argument where there is
    nothing.
    """

    asking: Asking
    declare: Callable[[Mapping[str, Any]], Experiment]
    sweep: SweepFolder
    objective: Objective
    against: Sequence[Measure] = ()
    _open: dict[int, list[Trial]] = field(default_factory=dict)
    _of_parts: dict[tuple[int, float], Heard] = field(default_factory=dict)

    def remember(self) -> None:
        """Read what an earlier command has told the search of trials that were trained in part."""
        events = [event for event in self.sweep.journal.records if event.get("event") == "told"]
        for event in events:
            others = [-math.inf if value is None else value for value in event.get("others", ())]
            self._of_parts[event["number"], event["share"]] = Heard(self._oriented(event["score"]), others)

    @property
    def done(self) -> bool:
        """Whether it will ask for nothing any more."""
        return self.asking.done

    def ask(self) -> list[Asked]:
        """Return all that it asks for at the moment."""
        return [Asked(trial, self.declare(trial.settings)) for trial in self.asking.ask(ALL)]

    def answered(self, trial: Trial, number: int, summary: TrialSummary | None) -> bool:
        """Tell what an earlier command found of a trial; False if it did not find what is asked for."""
        if trial.share < 1.0:
            heard = self._of_parts.get((number, trial.share))
        else:
            heard = self._known(summary) if summary is not None and self.is_through(summary) else None
        if heard is None:
            return False
        self._tell(trial, heard)
        return True

    def is_through(self, summary: TrialSummary) -> bool:
        """Whether nothing is left of a trial: it is done, or it has lost the race of the seeds."""
        if summary.state == "pruned":
            return self.sweep.read(summary.number).share >= 1.0
        return summary.state == "done"

    def wait(self, trial: Trial, number: int) -> None:
        """Note that it waits for a trial."""
        self._open.setdefault(number, []).append(trial)

    def tell(self, record: TrialRecord) -> None:
        """Let it hear of a trial; what it hears of a part of the epochs is kept for a resume."""
        heard = self._heard(record)
        if record.share < 1.0:
            told = {"event": "told", "number": record.number, "score": record.score, "share": record.share}
            others = [value if math.isfinite(value) else None for value in heard.others]
            self.sweep.journal.append(told | ({"others": others} if others else {}))
        for trial in self._open.pop(record.number, ()):
            self._tell(trial, heard)

    def _known(self, summary: TrialSummary) -> Heard:
        if not self.against:
            return Heard(self._oriented(summary.score))  # without opening the record of each of ten thousand trials
        return self._heard(self.sweep.read(summary.number))

    def _heard(self, record: TrialRecord) -> Heard:
        if record.score is None:
            return Heard(None)
        score, *others = point(record, self.objective.direction, self.against)
        return Heard(score, others)

    def _oriented(self, score: float | None) -> float | None:
        return None if score is None else self.objective.oriented(score)

    def _tell(self, trial: Trial, heard: Heard) -> None:
        if self.against:
            cast(AskingAgainst, self.asking).tell(trial, heard.score, heard.others)
        else:
            self.asking.tell(trial, heard.score)
