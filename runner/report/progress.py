"""What a person sees while a run goes on: a moving line on a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console
from rich.status import Status

from runner.contracts import Event, Tracker


@contextmanager
def progress(out: IO[str]) -> Iterator[Tracker]:
    """Give a tracker that shows the events on `out` until the block ends."""
    console = Console(file=out, highlight=False)
    if not console.is_terminal:
        yield Lines(console, None)
        return
    with console.status("starting") as status:
        yield Lines(console, status)


class Lines:
    """Tell each stage before the split and each fold once it is done; on a terminal also what is going on."""

    def __init__(self, console: Console, status: Status | None) -> None:
        self._console, self._status = console, status

    def hear(self, event: Event) -> None:
        """Show the event if a person wants to see it."""
        details = event.details or {}
        if event.name == "run_started":
            self._print(f"{details['experiment']} · {details['id']}")
        elif event.name == "stage_started" and self._status is not None:
            self._status.update(f"{_fold(event)}{event.stage}")
        elif event.name == "stage_finished" and event.fold is None:
            self._print(f"  {event.stage:<28}{event.seconds:8.2f} s  {_told(details)}")
        elif event.name == "fold_finished":
            self._print(f"  {_fold(event)}{_scores(details)}")

    def _print(self, text: str) -> None:
        self._console.print(text.rstrip(), markup=False, soft_wrap=True)


def _fold(event: Event) -> str:
    return "" if event.fold is None else f"fold {event.fold + 1}: "


def _told(details: Mapping[str, Any]) -> str:
    rows = details.get("rows_out")
    parts = [f"{rows:,} rows"] if rows is not None else []
    return ", ".join([*parts, details["note"]] if details.get("note") else parts)


def _scores(details: Mapping[str, Any]) -> str:
    numbers = {name: value for name, value in details.items() if isinstance(value, float)}
    return ", ".join(f"{name} {value:.4f}" for name, value in numbers.items())
