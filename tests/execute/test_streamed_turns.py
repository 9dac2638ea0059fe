"""Stages that have a turn with every batch."""

from __future__ import annotations

import time

from runner.contracts import Event
from runner.execute.observing import Listeners
from runner.execute.streamed_turns import Turns


class Ears:
    """Remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)


def test_the_turns_of_a_stage_are_told_as_one_and_rows_count_in_the_first_pass() -> None:
    ears = Ears()
    turns = Turns(Listeners([("ears", ears)]), fold=0)
    for _ in range(3):
        turns.begin_pass()
        for rows in (100, 50):
            with turns.stage("clean/x", rows) as stage:
                time.sleep(0.001)
                stage.rows_out = rows - 10
            turns.count_dropped("clean/x", {"bad": 10})
    with turns.stage("train/y", 80):
        pass
    turns.finish()
    clean, train = turns.done
    assert (clean.step, clean.fold, clean.rows_in, clean.rows_out) == ("clean/x", 0, 150, 130)
    assert clean.note == "20 dropped: bad; 3 passes"
    assert clean.seconds >= 0.006
    assert (train.rows_in, train.rows_out, train.note) == (80, None, None)
    names = [(event.name, event.stage) for event in ears.heard]
    assert names == [
        ("stage_started", "clean/x"),
        ("stage_started", "train/y"),
        ("stage_finished", "clean/x"),
        ("stage_finished", "train/y"),
    ]


def test_turns_after_the_end_begin_anew() -> None:
    turns = Turns()
    for rows in (5, 7):
        with turns.stage("score", rows):
            pass
        turns.finish()
    assert [step.rows_in for step in turns.done] == [5, 7]
