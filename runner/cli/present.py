"""A job in front of a person: what goes on while it runs, what came out, or why nothing did."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from runner.cli.result import Result
from runner.contracts import Event
from runner.errors import ExitCode, RunnerError
from runner.execute.request import Request
from runner.record.read import Run
from runner.report.ending import print_ending
from runner.report.progress import progress

Execute = Callable[[Request, Callable[[Event], None]], Result]


def _careful(show: Callable[..., None]) -> Callable[..., None]:
    """Make a reader that goes away, such as `head`, end the showing and not the run."""
    watched = True

    def shown(*what: object) -> None:
        nonlocal watched
        if not watched:
            return
        try:
            show(*what)
        except (BrokenPipeError, SystemExit):  # rich says the second when it meets the first
            watched = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return shown


def present(request: Request, execute: Execute) -> float | None:
    """Have a request carried out and shown; return its primary score. Raises as the run did."""
    # Bound now: a run in this process sends what components print to the log instead.
    out = sys.stdout
    with progress(out) as tracker:
        result = execute(request, _careful(tracker.hear))
    if result.path is not None:
        _careful(print_ending)(Run.open(Path(result.path)), result.notes, out)
    if result.exit_code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if result.exit_code != ExitCode.OK:
        error = RunnerError(result.message)
        error.exit_code = ExitCode(result.exit_code)
        raise error
    return result.score
