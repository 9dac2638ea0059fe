"""Carrying out a request in this process. Importing this module imports scikit-learn."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from runner.catalogue import Catalogue
from runner.cli.result import Result
from runner.cli.run import disabled
from runner.contracts import Event
from runner.errors import ExitCode, RunnerError
from runner.execute.recorded import Outcome, execute
from runner.execute.request import Request
from runner.report.pages import write_run_page


class Teller:
    """A tracker that hands each event on. shows: to whom it is handed, they show it to a person."""

    shows = True

    def __init__(self, hear: Callable[[Event], None]) -> None:
        self.hear = hear


def execute_here(request: Request, hear: Callable[[Event], None]) -> Result:
    """Run a request to its end. hear: told every event."""
    try:
        catalogue = Catalogue.installed(disabled(), Path(request.folder))
        outcome = execute(request, catalogue, [("progress", Teller(hear))], write_run_page)
    except KeyboardInterrupt:
        return Result(ExitCode.INTERRUPTED, "interrupted")
    except Exception as error:  # noqa: BLE001 - told below, by kind
        return Result(*_told(error))
    if outcome.error is not None:
        return Result(*_told(outcome.error), path=str(outcome.path), notes=outcome.remarks)
    return Result(ExitCode.OK, path=str(outcome.path), score=_primary(outcome), notes=outcome.remarks)


def _told(error: Exception) -> tuple[int, str]:
    if isinstance(error, RunnerError):
        return error.exit_code, str(error)
    traceback.print_exception(error)
    message = f"{type(error).__name__}: {error} (this is a bug of runner; the traceback is above)"
    return ExitCode.SOME_TRIALS_FAILED, message


def _primary(outcome: Outcome) -> float | None:
    total = outcome.metrics.total.get(outcome.metrics.primary or "")
    return total.mean if total is not None and isinstance(total.mean, float) else None
