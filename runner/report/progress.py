"""What a person sees while a run goes on: a moving line on a terminal, plain lines in a pipe.

The commands show every run with it, and it is offered as a tracker for runs and sweeps from Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from runner.contracts import Event, Tracker
from runner.isolation import stdout_outside
from runner.record.sweeps import TrialSummary
from runner.report.live_table import SweepProgress, Watch, watching
from runner.report.tables import number

#: A pipe is told of a training's epochs after so many seconds, at most as often.
_EPOCHS_EVERY = 10.0


@contextmanager
def progress(out: IO[str]) -> Iterator[Tracker]:
    """Give a tracker that shows the events on `out` until the block ends."""
    console = Console(file=out, highlight=False)
    if not console.is_terminal:
        yield Lines(console, None)
        return
    spinner = Spinner("dots", text="starting")
    # Components may have bent the standard output at this very moment: it is not ours to bend, too.
    with Live(spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield Lines(console, spinner)


class ProgressTracker:
    """Show a run or a sweep while it goes on: stages, folds and epochs with their loss, or trials and the best."""

    shows = True

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._shown: Tracker | None = None

    def hear(self, event: Event) -> None:
        """Show the event."""
        if self._shown is None:
            out = stdout_outside()
            shown = sweep_progress(out, event) if event.name.startswith("sweep") else progress(out)
            self._shown = self._stack.enter_context(shown)
        self._shown.hear(event)

    def close(self) -> None:
        """Stop showing."""
        self._stack.close()


class Lines:
    """Tell each stage before the split and each fold once it is done; on a terminal also what is going on."""

    def __init__(self, console: Console, spinner: Spinner | None) -> None:
        self._console, self._spinner = console, spinner
        self._stage, self._epochs_told = "", 0.0

    def hear(self, event: Event) -> None:
        """Show the event if a person wants to see it."""
        details = event.details or {}
        match event.name:
            case "run_started":
                self._print(f"{details['experiment']} · {details['id']}")
            case "stage_started":
                self._begin(event)
            case "stage_finished" if event.fold is None:
                self._print(f"  {event.stage:<28}{event.seconds:8.2f} s  {_told(details)}")
            case "epochs_finished":
                self._show_epochs(event, details)
            case "fold_finished" if event.fold is not None:
                self._print(f"  {_fold(event)}{_scores(details.get('metrics', {}))}")

    def _begin(self, event: Event) -> None:
        self._stage, self._epochs_told = f"{_fold(event)}{event.stage}", event.time or 0.0
        if self._spinner is not None:
            self._spinner.update(text=Text(self._stage))

    def _show_epochs(self, event: Event, details: Mapping[str, Any]) -> None:
        told = f"{self._stage}: {_epochs(details)}"
        if self._spinner is not None:
            self._spinner.update(text=Text(told))
        elif event.time is not None and event.time - self._epochs_told >= _EPOCHS_EVERY:
            self._epochs_told = event.time
            self._print(f"  {told}")

    def _print(self, text: str) -> None:
        self._console.print(text.rstrip(), markup=False, soft_wrap=True)


@contextmanager
def sweep_progress(out: IO[str], begun: Event) -> Iterator[Tracker]:
    """Give a tracker that shows a sweep on `out` until the block ends. begun: its first event."""
    details = begun.details or {}
    made = SweepProgress(details["objective"]["direction"], details["workers"])
    out.write(f"sweep {details['folder']}\n")
    with watching(made, out) as watch:
        yield _Trials(made, watch)


class _Trials:
    """Shows the trials of a sweep."""

    def __init__(self, made: SweepProgress, watch: Watch) -> None:
        self._progress, self._watch = made, watch

    def hear(self, event: Event) -> None:
        """Show the event if it is about a trial."""
        details = event.details or {}
        match event.name:
            case "trial_resumed":
                self._progress.planned(self._progress.total + 1, [_summary(event, details)])
            case "trial_started" if event.trial is not None:
                self._progress.total = max(self._progress.total, details["total"])
                self._watch.started(event.trial)
            case "trial_finished" | "trial_failed":
                error = details.get("error")
                self._watch.ended(_summary(event, details), error and error["message"])


def _summary(event: Event, details: Mapping[str, Any]) -> TrialSummary:
    error = details.get("error")
    return TrialSummary(
        number=event.trial or 0,
        key="",
        attempt=details["attempt"],
        state=details["state"],
        score=details.get("score"),
        std=details.get("std"),
        seconds=event.seconds or 0.0,
        settings=details["settings"],
        kind=error and error["kind"],
        check="",
    )


def _fold(event: Event) -> str:
    return "" if event.fold is None else f"fold {event.fold + 1}: "


def _told(details: Mapping[str, Any]) -> str:
    rows = details.get("rows_out")
    parts = [f"{rows:,} rows"] if rows is not None else []
    return ", ".join([*parts, details["note"]] if details.get("note") else parts)


def _epochs(details: Mapping[str, Any]) -> str:
    """Tell how far a training is, with the latest value of each curve of a loss."""
    curves = details["curves"]
    latest = details["first"] + max((len(curve) for curve in curves.values()), default=0)
    of = f" of {details['of']}" if details.get("of") else ""
    losses = [f"{name.replace('_', ' ')} {number(curve[-1])}" for name, curve in curves.items() if "loss" in name]
    return ", ".join([f"epoch {latest}{of}", *losses])


def _scores(metrics: Mapping[str, Any]) -> str:
    numbers = {name: value for name, value in metrics.items() if isinstance(value, float)}
    return ", ".join(f"{name} {value:.4f}" for name, value in numbers.items())
