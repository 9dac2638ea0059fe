"""What can go wrong, sorted by who can mend it.

A `RunnerError` is a mistake or a circumstance the user can mend: it is printed as one message without a
traceback and ends the command with its exit code. Every other exception is a fault of ours or of a
component; it keeps its traceback, which the run's log always holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; scripts and schedulers read it."""

    OK = 0
    SOME_TRIALS_FAILED = 1
    CONFIG = 2
    DATA = 3
    PLUGIN = 4
    RESOURCES = 5
    INTEGRITY = 6
    REPLAY_DIFFERS = 7
    INTERRUPTED = 130


class RunnerError(Exception):
    """Something the user can mend; its text says what was found, where, what would be right, what to do."""

    exit_code = ExitCode.SOME_TRIALS_FAILED


class ConfigError(RunnerError):
    """The declaration or the command line is wrong. Nothing has run and no run folder was made."""

    exit_code = ExitCode.CONFIG


class DataError(RunnerError):
    """The data cannot be read, or cannot carry the declared experiment."""

    exit_code = ExitCode.DATA


class PluginError(RunnerError):
    """A plugin is missing, broken, clashing, too old, or breaks its contract."""

    exit_code = ExitCode.PLUGIN


class ResourceError(RunnerError):
    """Disk, memory or permissions do not suffice."""

    exit_code = ExitCode.RESOURCES


class IntegrityError(RunnerError):
    """Bytes on disk are not the ones that were written."""

    exit_code = ExitCode.INTEGRITY


def did_you_mean(wrong: str, offered: Iterable[str]) -> str:
    """End a message about a wrong name: the nearest right ones, or all of them where they are few.

    >>> did_you_mean("rigde", ["ridge", "lasso"])
    "Did you mean 'ridge'?"
    >>> did_you_mean("x", ["ridge", "lasso"])
    'Offered: lasso, ridge.'
    """
    names = sorted(offered)
    near = get_close_matches(wrong, names, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(repr(name) for name in near)}?"
    if not names:
        return "Nothing is offered."
    shown = ", ".join(names[:20])
    return f"Offered: {shown}, … ({len(names)} in all)." if len(names) > 20 else f"Offered: {shown}."
