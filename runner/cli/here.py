"""Carrying out a request in this process: live progress, the record, the table at the end."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from typing import Any

from runner.catalogue import Catalogue
from runner.cli.run import disabled
from runner.errors import ExitCode, RunnerError
from runner.execute.recorded import Outcome, execute
from runner.execute.request import Request
from runner.report.ending import print_ending
from runner.report.progress import progress


def execute_here(request: Request) -> float | None:
    """Run a request to its end and return its primary score. Raises what the run raised."""
    # Bound now: while a component is called, whatever is printed goes to the log instead.
    out = sys.stdout
    with progress(out) as tracker:
        outcome = execute(request, Catalogue.installed(disabled()), [("progress", tracker)])
    print_ending(outcome, out)
    if outcome.error is not None:
        raise outcome.error
    return primary(outcome)


def primary(outcome: Outcome) -> float | None:
    """Return the mean of the primary metric over the folds, None where there is none."""
    total = outcome.metrics.total.get(outcome.metrics.primary or "")
    return total.mean if total is not None and isinstance(total.mean, float) else None


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out a job that came as plain values, and answer in plain values."""
    try:
        return {"exit_code": int(ExitCode.OK), "score": execute_here(Request(**job)), "message": ""}
    except KeyboardInterrupt:
        return {"exit_code": int(ExitCode.INTERRUPTED), "score": None, "message": "interrupted"}
    except RunnerError as error:
        return {"exit_code": int(error.exit_code), "score": None, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - a bug of ours: shown whole, and told to the command
        traceback.print_exc()
        message = f"{type(error).__name__}: {error} (this is a bug of runner; the traceback is above)"
        return {"exit_code": int(ExitCode.SOME_TRIALS_FAILED), "score": None, "message": message}
