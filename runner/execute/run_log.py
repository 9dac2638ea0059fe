"""The log of one run: whole in its folder, the warnings once more for the person at the end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.secrets import masked

log = logging.getLogger("runner")


class _Masked(logging.Formatter):
    """Writes lines and tracebacks without the secrets that were revealed."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


@contextmanager
def log_file(path: Path) -> Iterator[None]:
    """Send the log, tracebacks included, to a file while a run goes on."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Masked("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.setLevel(logging.DEBUG)
    log.propagate = False  # the run's own file; nobody's terminal
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = True
        handler.close()


@contextmanager
def noted(tell: Callable[[str], None] | None = None) -> Iterator[list[str]]:
    """Collect what is worth telling at the end: the log's warnings, each once.

    tell: is given at once, and in place of a note, what a person must hear now: a warning with
    `extra={"at_once": True}`. It may be called on any thread.
    """
    notes: list[str] = []

    def emit(record: logging.LogRecord) -> None:
        hear = tell if tell is not None and getattr(record, "at_once", False) else notes.append
        hear(masked(record.getMessage()))

    handler = logging.Handler(logging.WARNING)
    handler.addFilter(lambda record: record.levelno == logging.WARNING)  # an error is told on its own
    handler.emit = emit  # type: ignore[method-assign]
    log.addHandler(handler)
    try:
        yield notes
    finally:
        log.removeHandler(handler)


def told_now(line: str) -> None:
    """Tell a person beside what a run shows."""
    print(line, file=sys.stderr, flush=True)
