"""The folders of a sweep's trials, and what the journal says of them, brought together.

`trials/0017` is the last attempt that was committed, `trials/0017.partial-2` one that is at work or was cut
off. In `attempts/0017` lie earlier ones: `1` was committed, `1.partial` never was, the record of `damaged`
cannot be read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from runner.errors import RunnerError
from runner.record.storage import storage_errors
from runner.record.sweeps import ATTEMPTS, TRIALS, TrialSummary, read_trial

_LEADING = re.compile(r"\d+")
_PARTIAL = re.compile(r"(\d+)\.partial-(\d+)")


def trial_name(number: int) -> str:
    """Return the name of a trial's folder.

    >>> trial_name(17), trial_name(12345)
    ('0017', '12345')
    """
    return f"{number:04d}"


@dataclass(frozen=True)
class Shelves:
    """Which folders of trials a sweep has.

    committed: numbers with a folder in `trials`. partial: number -> attempts left unfinished there. earlier:
    number -> names in `attempts`.
    """

    committed: frozenset[int]
    partial: Mapping[int, frozenset[int]]
    earlier: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, sweep: Path) -> Self:
        """List the folders, without opening any trial's."""
        listed = names(sweep / TRIALS)
        partial: dict[int, frozenset[int]] = {}
        for found in filter(None, map(_PARTIAL.fullmatch, listed)):
            number, attempt = map(int, found.groups())
            partial[number] = partial.get(number, frozenset()) | {attempt}
        shelf = sweep / ATTEMPTS
        earlier = {int(name): frozenset(names(shelf / name)) for name in names(shelf) if is_number(name)}
        return cls(frozenset(int(name) for name in listed if is_number(name)), partial, earlier)


@dataclass(frozen=True)
class Committed:
    """The trials that the folders hold, as far as the journal tells, completed from the folders.

    trials: number -> summary. adopted: numbers that the journal did not know. damaged: number -> what is wrong
    with a record that had to be read and cannot be. gone: numbers that the journal knows and no folder holds.
    """

    trials: Mapping[int, TrialSummary]
    adopted: tuple[int, ...]
    damaged: Mapping[int, str]
    gone: tuple[int, ...]

    @classmethod
    def of(cls, sweep: Path, events: Iterable[Mapping[str, Any]], shelves: Shelves) -> Self:
        """Bring journal and folders together. The folders are the truth."""
        told = {event["number"]: TrialSummary.of(event) for event in events if event.get("event") == "ended"}
        trials, adopted, damaged = {}, [], {}
        for number in sorted(shelves.committed):
            known = told.get(number)
            # An attempt that lies among the earlier ones is not the one in `trials`, whatever the journal lacks.
            if known is not None and str(known.attempt) not in shelves.earlier.get(number, ()):
                trials[number] = known
                continue
            try:
                trials[number] = read_trial(sweep / TRIALS / trial_name(number)).summary()
                adopted.append(number)
            except RunnerError as error:
                damaged[number] = str(error)
        gone = tuple(sorted(told.keys() - shelves.committed - shelves.earlier.keys()))
        return cls(trials, tuple(adopted), damaged, gone)

    def notes(self) -> list[str]:
        """Tell the user what was found otherwise than the journal had it."""
        notes = [f"trial {number} runs again: {wrong}" for number, wrong in self.damaged.items()]
        if self.adopted:
            notes.append(
                f"{len(self.adopted)} trial(s) were committed but not in the journal: read from their folders."
            )
        if self.gone:
            listed = ", ".join(map(str, self.gone[:10]))
            notes.append(f"the folders of {len(self.gone)} trial(s) are gone ({listed}): these trials run again.")
        return notes


def last_attempts(
    events: Iterable[Mapping[str, Any]], shelves: Shelves, trials: Mapping[int, TrialSummary]
) -> dict[int, int]:
    """Return number -> the last attempt that is known of, from the journal and the folders' names."""
    seen = [(event["number"], event["attempt"]) for event in events if event.get("event") in ("started", "ended")]
    seen += [(number, trial.attempt) for number, trial in trials.items()]
    seen += [(number, attempt) for number, attempts in shelves.partial.items() for attempt in attempts]
    for number, earlier in shelves.earlier.items():
        seen += [(number, int(found[0])) for found in map(_LEADING.match, earlier) if found]
    seen += [(number, 0) for number in shelves.committed]
    last: dict[int, int] = {}
    for number, attempt in seen:
        last[number] = max(attempt, last.get(number, 0))
    return last


def is_number(name: str) -> bool:
    """Say whether a name is a plain whole number."""
    return name.isascii() and name.isdigit()


def names(folder: Path) -> list[str]:
    """Return the names in a folder; none where it is no folder."""
    with storage_errors("listing", folder):
        try:
            return os.listdir(folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
