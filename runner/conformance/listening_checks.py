"""Of trackers and executors: who hears of a run, and who carries it out."""

from __future__ import annotations

import operator
import tempfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from runner.conformance.subject import Broken, Subject
from runner.contracts import Event

# --- trackers ----------------------------------------------------------------------------------------------

#: One of each event that a run tells, bare and with all there may be.
EVENTS = (
    Event("run_started", details={"experiment": "conformance", "id": "0"}),
    Event("stage_started", stage="load/csv"),
    Event("stage_finished", "load/csv", None, 0.01, {"rows_in": None, "rows_out": 60, "note": None}),
    Event("epoch_finished", fold=0, details={"epoch": 0, "loss": float("nan")}),
    Event("fold_finished", fold=0, details={"accuracy": 0.9, "confusion_matrix": [[1, 0], [0, 1]]}),
    Event("run_finished", seconds=1.5, details={}),
    Event("run_failed", seconds=1.5, details={"message": "no rows “left”"}),
    Event("an_event_of_a_later_version", details={"unknown": "ignored"}),
)


def hears_every_event(subject: Subject) -> None:
    """It takes each event of a run, and those it does not know, without raising."""
    tracker = subject.build()
    with tempfile.TemporaryDirectory() as folder:
        if callable(getattr(tracker, "open", None)):
            subject.call(tracker.open, Path(folder))
        for event in EVENTS:
            try:
                subject.call(tracker.hear, event)
            except Broken:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it raises, it has not heard
                subject.expect(False, f"hear() raises on {event.name!r}: {type(error).__name__}: {error}")


TRACKER = (hears_every_event,)

# --- executors ---------------------------------------------------------------------------------------------

#: How long a task of no work may take to come back, wherever it was carried out.
PATIENCE = 60.0


def _submit(subject: Subject, task: Any, *arguments: Any) -> Future[Any]:
    future: Future[Any] = subject.call(subject.build().submit, task, *arguments)
    subject.expect(hasattr(future, "result"), f"submit() gives {type(future).__name__}, not a future")
    return future


def brings_the_result_back(subject: Subject) -> None:
    """The future of 6 · 7 holds 42."""
    result = _submit(subject, operator.mul, 6, 7).result(PATIENCE)
    subject.expect(result == 42, f"the task 6 · 7 came back as {result!r}")


def brings_the_exception_back(subject: Subject) -> None:
    """A task that raises is no error of `submit`: the future raises what the task raised."""
    try:
        future = _submit(subject, int, "no number")
    except ValueError:
        raise Broken(f"{subject}: submit() raises what the task raised; the future must hold it.") from None
    try:
        result = future.result(PATIENCE)
    except ValueError:
        return
    except Exception as error:  # noqa: BLE001 - which one is the finding
        subject.expect(False, f"the task's ValueError came back as {type(error).__name__}: {error}")
    subject.expect(False, f"a task that raises came back with the result {result!r}")


EXECUTOR = (brings_the_result_back, brings_the_exception_back)
