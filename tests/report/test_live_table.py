from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from runner.plan.outline import Branch, Outline
from runner.record.sweeps import TrialSummary
from runner.report.live_table import LINE_EVERY, SweepProgress, best_line, progress_line, watching


def trial(number: int, score: float | None = None, state: str = "done", seconds: float = 1.0, kind=None, **settings):
    return TrialSummary(
        number=number, key="k", attempt=1, state=state, score=score, std=None, seconds=seconds,
        settings=settings, kind=kind, check="",
    )  # fmt: skip


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> SweepProgress:
    progress = SweepProgress("maximize", workers=2, clock=clock)
    progress.planned(total=10, resumed=[trial(0, state="failed"), trial(1, state="failed")])
    return progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_state_counts_what_runs_what_is_done_and_what_failed(progress: SweepProgress) -> None:
    for number in (2, 3, 4):
        progress.started(number)
    progress.ended(trial(2, 0.5))
    progress.ended(trial(3, state="timeout"))
    assert (progress.done, progress.failed, progress.running) == (4, 1, {4})
    assert progress_line(progress).startswith("4/10 trials · 1 running · 1 failed · ")


def test_an_interrupted_trial_is_neither_done_nor_failed(progress: SweepProgress) -> None:
    progress.started(2)
    progress.ended(trial(2, state="interrupted"))
    assert (progress.done, progress.failed, progress.running) == (2, 0, set())


def test_a_trial_that_was_killed_and_ran_again_is_counted_once_as_it_ended_last(progress: SweepProgress) -> None:
    progress.started(2)
    progress.ended(trial(2, state="killed"))
    progress.started(2)
    assert (progress.done, progress.failed) == (2, 0)
    progress.ended(trial(2, 0.5))
    assert (progress.done, progress.failed, progress.best.number) == (3, 0, 2)


def test_the_time_left_is_unknown_before_the_first_trial_has_ended(progress: SweepProgress) -> None:
    assert progress.left() is None


def test_the_first_trial_counts_for_all_workers(progress: SweepProgress, clock: Clock) -> None:
    clock.now += 8
    progress.ended(trial(2, 0.5, seconds=8.0))
    assert progress.left() == 7 * 8 / 2, "the second worker is as far, though nothing of it was heard yet"


def test_later_the_pace_at_which_trials_end_counts(progress: SweepProgress, clock: Clock) -> None:
    for number in range(2, 8):
        clock.now += 3
        progress.ended(trial(number, 0.5, seconds=0.001))
    assert progress.left() == pytest.approx(2 * 3), "what the driver does between trials takes time, too"


def test_trials_that_are_trained_together_do_not_count_the_time_of_all_for_each(
    progress: SweepProgress, clock: Clock
) -> None:
    clock.now += 6
    for number in range(2, 8):
        progress.ended(trial(number, 0.5, seconds=6.0))
    assert progress.left() == pytest.approx(2 * 1.0)


def test_a_finished_or_overfull_sweep_has_no_negative_time_left(progress: SweepProgress) -> None:
    for number in range(20):
        progress.ended(trial(number, 0.5))
    assert progress.left() == 0
    assert "so far" in progress_line(progress)


@pytest.mark.parametrize(("direction", "winner"), [("maximize", 3), ("minimize", 1)])
def test_the_best_is_told_with_its_settings_whatever_the_order_of_the_ends(direction, winner) -> None:
    scores = {1: 0.1, 3: 0.9, 4: 0.9, 5: 0.1, 2: None, 6: float("nan")}
    for order in (sorted(scores), sorted(scores, reverse=True)):
        progress = SweepProgress(direction, workers=1, clock=Clock())
        for number in order:
            progress.ended(trial(number, scores[number], **{"model.l2": number}))
        assert best_line(progress) == f"best: {scores[winner]} (trial {winner}: l2 {winner})"


def test_the_best_of_an_earlier_command_stays_the_best(progress: SweepProgress) -> None:
    progress.planned(10, [trial(0, 0.9)])
    progress.ended(trial(2, 0.5))
    assert best_line(progress) == "best: 0.9 (trial 0)"


def test_a_trial_that_a_search_asks_for_again_is_resumed_once(progress: SweepProgress) -> None:
    progress.planned(12, [trial(0, 0.9)])
    progress.planned(12, [trial(0, 0.9), trial(9, 0.1)])
    assert progress.done == 3


def test_the_first_plan_is_told_with_what_is_resumed_and_later_ones_only_count(clock: Clock) -> None:
    out, progress = io.StringIO(), SweepProgress("maximize", workers=2, clock=clock)
    outline = Outline(trials=200, resumed=87, stages=(), fused=(), alone=113, tree=Branch("csv", 200))
    with watching(progress, out) as watch:
        watch.planned(outline, 200, [trial(number, 0.5) for number in range(87)])
        watch.planned(outline, 201, [])
    plan, resumed, end = out.getvalue().splitlines()
    assert plan == "200 trials · 113 trainings"
    assert resumed == "resumed: 87 done, 113 to go"
    assert end.startswith("87/201 trials · ")


def test_a_pipe_gets_a_line_per_failure_at_once_and_seldom_one_of_progress(progress, clock: Clock) -> None:
    out = io.StringIO()
    with watching(progress, out) as watch:
        watch.started(2)
        watch.ended(
            trial(2, state="failed", kind="data"), "no column 'x'\nOffered: a", Path("/o/trials/0002/log.txt")
        )
        assert out.getvalue() == "trial 2 failed (data): no column 'x' · /o/trials/0002/log.txt\n"
        clock.now += LINE_EVERY / 2
        watch.ended(trial(3, 0.5))
        assert out.getvalue().count("\n") == 1
        clock.now += LINE_EVERY / 2
        watch.tick()
        assert out.getvalue().splitlines()[1].startswith("4/10 trials · 1 failed")
        watch.ended(trial(4, 0.7))
    assert out.getvalue().splitlines()[2:] == ["5/10 trials · 1 failed · 2.5 s left · best: 0.7 (trial 4)"]


@pytest.mark.parametrize("out", [io.StringIO, Terminal])
def test_what_is_told_stands_above_what_moves(progress, out) -> None:
    screen = out()
    with watching(progress, screen) as watch:
        watch.show()
        watch.tell("no worker is there: [look] at the queue")
    before, told, after = screen.getvalue().partition("no worker is there: [look] at the queue\n")
    assert told
    assert "2/10 trials" in before
    assert ("2/10 trials" in after) == (out is Terminal)  # a pipe is not told the same twice


def test_the_end_is_not_told_twice(progress, clock: Clock) -> None:
    out = io.StringIO()
    with watching(progress, out) as watch:
        clock.now += LINE_EVERY
        watch.tick()
    assert len(out.getvalue().splitlines()) == 1


def test_the_end_is_told_also_when_the_sweep_breaks_off(progress) -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), watching(progress, out):
        raise KeyboardInterrupt
    assert out.getvalue().startswith("2/10 trials")


def test_a_terminal_is_redrawn_with_failures_above(progress, clock: Clock, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    with watching(progress, out) as watch:
        watch.ended(trial(2, state="killed", kind="killed"), "signal 9", None)
        clock.now += 1
        watch.ended(trial(3, 0.5, a=1))
    assert "trial 2 killed" in out.getvalue()
    assert "best: 0.5 (trial 3: a 1)" in out.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_ten_thousand_trials_cost_less_than_a_second_to_show(stream, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    progress = SweepProgress("maximize", workers=2)
    progress.planned(10_000)
    began = time.process_time()
    with watching(progress, stream()) as watch:
        for number in range(10_000):
            watch.started(number)
            watch.ended(trial(number, number / 10_000, **{"model.l2": number}))
    assert time.process_time() - began < 1.0
