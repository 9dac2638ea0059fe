from __future__ import annotations

import io

import pytest

from runner.contracts import Event
from runner.report.progress import progress

EVENTS = [
    Event("run_started", details={"experiment": "digits", "id": "20260131T120000Z-0badcafe"}),
    Event("stage_started", "load/[csv]"),
    Event("stage_finished", "load/[csv]", seconds=0.5, details={"rows_out": 1797, "note": "2 dropped: [empty]"}),
    Event("stage_finished", "train/softmax", 0, 0.5, {}),
    Event("fold_finished", fold=0, details={"accuracy": 0.97531, "confusion": [[1, 2]]}),
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
        "  fold 1: accuracy 0.9753",
    ]


def test_a_terminal_gets_the_same_and_a_moving_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = told(Terminal())
    assert "fold 1: accuracy 0.9753" in shown
    assert "\x1b[" in shown, "a terminal is drawn on"
