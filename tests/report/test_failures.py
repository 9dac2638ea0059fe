from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from runner.errors import ExitCode
from runner.record.sweeps import TrialSummary
from runner.report.failures import Failure, exit_code, failure_lines, reasons, show_failures


def trial(state: str) -> TrialSummary:
    return TrialSummary(
        number=0, key="k", attempt=1, state=state, score=None, std=None, seconds=1.0, settings={}, kind=None, check=""
    )


FAILURES = [
    *(Failure(n, "oom", f"the trial took {n}.5 GB", Path("/o/trials/log.txt")) for n in (9, 3, 5)),
    *(Failure(n, "data", "no column 'x'\nOffered: a") for n in (1, 2)),
    Failure(4, "killed", "signal 9"),
    Failure(6, "timeout", ""),
    Failure(7, "exited", "status 0"),
]


def test_when_all_trials_fail_the_three_most_frequent_reasons_are_told_with_counts_and_an_example() -> None:
    assert failure_lines(FAILURES, trials=8) == [
        "all 8 trials failed: there is no best one, and nothing was exported",
        "  3 × oom: the trial took 3.5 GB (trial 3 · /o/trials/log.txt)",
        "  2 × data: no column 'x' (trial 1)",
        "  1 × killed: signal 9 (trial 4)",
        "  and 2 more for 2 other reasons",
    ]


def test_some_failures_are_counted_among_all() -> None:
    assert failure_lines(FAILURES[-2:-1], trials=1200) == [
        "1 of 1,200 trials failed",
        "  1 × timeout: no message (trial 6)",
    ]
    assert failure_lines(FAILURES[-1:], trials=1)[0].startswith("the only trial failed")


def test_one_message_of_two_kinds_is_two_reasons() -> None:
    assert len(reasons([Failure(1, "data", "x"), Failure(2, "plugin", "x")])) == 2


def test_without_failures_nothing_is_printed() -> None:
    out = io.StringIO()
    show_failures([], 8, Console(file=out))
    assert out.getvalue() == ""


def test_a_message_with_brackets_is_shown_as_it_is() -> None:
    out = io.StringIO()
    show_failures([Failure(1, "config", "[red]x[/red] is wrong")], 2, Console(file=out))
    assert "[red]x[/red] is wrong" in out.getvalue()


@pytest.mark.parametrize("state", ["failed", "diverged", "timeout", "oom", "killed"])
def test_any_failure_ends_the_command_with_one(state: str) -> None:
    assert exit_code([trial("done"), trial(state)]) == ExitCode.SOME_TRIALS_FAILED
    assert exit_code([trial(state)]) == 1


def test_trials_that_are_done_or_stopped_by_the_search_are_no_failures() -> None:
    assert exit_code([trial("done"), trial("pruned")]) == ExitCode.OK
