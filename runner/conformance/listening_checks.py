"""Of trackers and executors: who hears of a run, and who carries it out."""

from __future__ import annotations

import operator
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.conformance.events import OF_RUNS, OF_SWEEPS
from runner.conformance.subject import Broken, Subject
from runner.contracts import Event

# --- trackers ----------------------------------------------------------------------------------------------


def hears_every_event(subject: Subject) -> None:
    """It takes each event of a run, and those it does not know, without raising."""
    _hears(subject, OF_RUNS, "0")


def hears_every_event_of_a_sweep(subject: Subject) -> None:
    """It takes each event of a sweep and of its trials, without raising."""
    _hears(subject, OF_SWEEPS, "s")


def _hears(subject: Subject, events: Sequence[Event], run: str) -> None:
    tracker = subject.build()
    with tempfile.TemporaryDirectory() as folder:
        if callable(getattr(tracker, "open", None)):
            subject.call(tracker.open, Path(folder))
        for second, event in enumerate(events):
            _tell(subject, event.name, tracker.hear, replace(event, run=run, time=1.7e9 + second))
        if callable(getattr(tracker, "close", None)):
            _tell(subject, "the end", tracker.close)


def _tell(subject: Subject, what: str, function: Callable[..., Any], *told: Event) -> None:
    try:
        subject.call(function, *told)
    except Broken:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it raises, it has not heard
        name = function.__name__
        subject.expect(False, f"{name}() raises on {what!r}: {type(error).__name__}: {error}")


TRACKER = (hears_every_event, hears_every_event_of_a_sweep)

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
