from __future__ import annotations

import io

import pytest

from runner.contracts import Event
from runner.report import progress as module
from runner.report.progress import ProgressTracker, progress

EVENTS = [
    Event("run_started", details={"experiment": "digits", "id": "20260131T120000Z-0badcafe"}),
    Event("stage_started", "load/[csv]"),
    Event("stage_finished", "load/[csv]", seconds=0.5, details={"rows_out": 1797, "note": "2 dropped: [empty]"}),
    Event("stage_started", "train/softmax", 0, time=100.0),
    Event("epochs_finished", fold=0, details={"first": 0, "of": 90, "curves": {"loss": [0.9, 0.8]}}, time=101.0),
    Event("epochs_finished", fold=0, details={"first": 2, "of": 90, "curves": {"loss": [0.7]}}, time=111.0),
    Event("stage_finished", "train/softmax", 0, 0.5, {}),
    Event("fold_finished", fold=0, details={"metrics": {"accuracy": 0.97531, "confusion": [[1, 2]]}}),
    Event("fold_finished", details={"metrics": {}}),
    Event("something_new", details={"later": "versions may tell more"}),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(out: io.StringIO) -> str:
    with progress(out) as tracker:
        for event in EVENTS:
            tracker.hear(event)
    return out.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    assert told(io.StringIO()).splitlines() == [
        "digits · 20260131T120000Z-0badcafe",
        "  load/[csv]                      0.50 s  1,797 rows, 2 dropped: [empty]",
        "  fold 1: train/softmax: epoch 3 of 90, loss 0.7",
        "  fold 1: accuracy 0.9753",
    ]


def test_a_terminal_gets_the_same_and_a_moving_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = told(Terminal())
    assert "fold 1: accuracy 0.9753" in shown
    assert "\x1b[" in shown, "a terminal is drawn on"
    assert "epoch 3 of 90, loss 0.7" in shown


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what a tracker shows on the standard output."""
    out = io.StringIO()
    monkeypatch.setattr(module, "stdout_outside", lambda: out)
    return out


def test_as_a_tracker_it_shows_a_run_on_the_standard_output(out: io.StringIO) -> None:
    tracker = ProgressTracker()
    for event in EVENTS:
        tracker.hear(event)
    tracker.close()
    assert "  fold 1: accuracy 0.9753" in out.getvalue().splitlines()


def trial(name: str, number: int, **more: object) -> Event:
    details = {"settings": {"model.l2": number / 10}, "attempt": 1, "total": 3, **more}
    return Event(name, trial=number, seconds=0.5, details=details)


def test_as_a_tracker_it_shows_the_trials_of_a_sweep_and_the_best(out: io.StringIO) -> None:
    tracker = ProgressTracker()
    error = {"kind": "data", "message": "no rows left\nat all"}
    for event in (
        Event(
            "sweep_started", details={"folder": "outputs/a/s", "objective": {"direction": "maximize"}, "workers": 1}
        ),
        trial("trial_resumed", 0, state="done", score=0.5, std=None),
        trial("trial_started", 1),
        trial("trial_finished", 1, state="done", score=0.75, std=0.1),
        trial("trial_started", 2),
        trial("trial_failed", 2, state="failed", score=None, std=None, error=error),
        Event("sweep_finished", seconds=2.0, details={}),
    ):
        tracker.hear(event)
    tracker.close()
    lines = out.getvalue().splitlines()
    assert lines[0] == "sweep outputs/a/s"
    assert lines[1] == "trial 2 failed (data): no rows left"
    assert lines[-1].startswith("3/3 trials · 1 failed")
    assert lines[-1].endswith("best: 0.75 (trial 1: l2 0.1)")
