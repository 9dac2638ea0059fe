from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from runner.contracts import Trial
from runner.record.measures import measure
from runner.record.sweeps import TrialRecord
from runner.trials.questions import Questions
from runner.trials.tally import Objective


class Search:
    """Remembers what it is told."""

    done = False

    def __init__(self) -> None:
        self.told: list[Any] = []

    def ask(self, count: int) -> list[Trial]:
        return [Trial(0, {"model.l2": 0.1})]

    def tell(self, trial: Trial, *heard: Any) -> None:
        self.told.append((trial.number, *heard))


class Folder:
    """A sweep whose records are at hand."""

    def __init__(self, *records: TrialRecord) -> None:
        self.by_number = {one.number: one for one in records}
        self.journal = SimpleNamespace(records=[])
        self.journal.append = self.journal.records.append
        self.read = self.by_number.__getitem__


def record(number: int, score: float | None = 0.5, **more: Any) -> TrialRecord:
    told: Any = {"key": str(number), "attempt": 1, "started": "", "seconds": 2.0, "state": "done", **more}
    return TrialRecord(number=number, score=score, **told)


def questions(*records: TrialRecord, against: tuple[str, ...] = (), direction: Any = "minimize") -> Questions:
    objective = Objective("loss", direction)
    declare: Any = dict
    folder: Any = Folder(*records)
    return Questions(Search(), declare, folder, objective, [measure(name) for name in against])


def test_what_it_asks_for_is_declared() -> None:
    (asked,) = questions().ask()
    assert asked.experiment == {"model.l2": 0.1}


@pytest.mark.parametrize(
    ("against", "told"), [((), [(3, -0.5)]), (("seconds", "model_bytes"), [(3, -0.5, [-2.0, -math.inf])])]
)
def test_it_hears_the_score_and_what_it_wants_to_hear_besides(against: tuple[str, ...], told: Any) -> None:
    asking = questions(against=against)
    asking.wait(Trial(3, {}), 3)
    asking.tell(record(3))
    assert asking.asking.told == told  # type: ignore[attr-defined]
    asking.tell(record(3))
    assert asking.asking.told == told, "nobody waits for it any more"  # type: ignore[attr-defined]


def test_of_a_trial_that_failed_it_hears_that_there_is_no_score() -> None:
    asking = questions(against=("seconds",))
    asking.wait(Trial(3, {}), 3)
    asking.tell(record(3, None, state="failed"))
    assert asking.asking.told == [(3, None, ())]  # type: ignore[attr-defined]


def test_two_questions_about_one_trial_are_both_answered() -> None:
    asking = questions()
    for number in (3, 4):
        asking.wait(Trial(number, {}), 3)
    asking.tell(record(3))
    assert asking.asking.told == [(3, -0.5), (4, -0.5)]  # type: ignore[attr-defined]


def test_what_an_earlier_command_found_is_told_from_the_disk() -> None:
    done, lost, halfway = record(0), record(1, 0.7, state="pruned"), record(2, 0.7, state="pruned", share=0.5)
    asking = questions(done, lost, halfway, against=("seconds",))
    found = [asking.answered(Trial(one.number, {}), one.number, one.summary()) for one in (done, lost, halfway)]
    assert found == [True, True, False]
    assert asking.asking.told == [(0, -0.5, [-2.0]), (1, -0.7, [-2.0])]  # type: ignore[attr-defined]
    assert not asking.answered(Trial(9, {}), 9, None)


def test_what_it_heard_of_a_part_of_the_epochs_is_remembered() -> None:
    before = questions(against=("seconds", "model_bytes"))
    before.tell(record(5, 0.25, share=0.5))
    after = questions(against=("seconds", "model_bytes"))
    after.sweep.journal.records.extend(before.sweep.journal.records)
    after.remember()
    assert not after.answered(Trial(5, {}, 0.75), 5, None)
    assert after.answered(Trial(5, {}, 0.5), 5, None)
    assert after.asking.told == [(5, -0.25, [-2.0, -math.inf])]  # type: ignore[attr-defined]
