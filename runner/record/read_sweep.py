"""Reading sweeps, also while they run, moved, or with a journal that is damaged or gone.

The journal says in one file what ten thousand folders say; what it lacks is read from the folders.

>>> from pathlib import Path
>>> sweeps(Path("a/folder/without/sweeps"))
[]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from runner.errors import ConfigError, IntegrityError, RunnerError
from runner.record import journal, manifest, strict_json
from runner.record.shelves import Committed, Shelves, is_number, names, trial_name
from runner.record.sweeps import (
    ATTEMPTS,
    BEST,
    INFO,
    JOURNAL,
    TRIAL,
    TRIALS,
    SweepInfo,
    TrialRecord,
    TrialSummary,
    read_info,
    read_trial,
    seal,
)


@dataclass(frozen=True)
class Sweep:
    """A sweep's folder, read piece by piece as it is asked for. path: wherever it lies now."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a sweep. Raises IntegrityError if it is none, PluginError if a newer runner made it."""
        sweep = cls(path)
        _ = sweep.info
        return sweep

    @cached_property
    def info(self) -> SweepInfo:
        """Which sweep this is."""
        return read_info(self.path)

    def events(self) -> list[journal.Event]:
        """Return the journal's events, in order: those that are as they were written."""
        return journal.read(self.path / JOURNAL).records

    def trials(self) -> list[TrialSummary]:
        """Return the trials that ended, by number: from the journal, and from the folders what it lacks.

        A trial whose record is damaged is not among them; `verify()` names it.
        """
        # The journal first: a trial that is committed after it was read is then found among the folders.
        events = self.events()
        return list(Committed.of(self.path, events, Shelves.of(self.path)).trials.values())

    def trial(self, number: int) -> TrialRecord:
        """Read one trial's last attempt. Raises ConfigError if it has not ended, IntegrityError if it changed."""
        folder = self.path / TRIALS / trial_name(number)
        if not folder.is_dir():
            raise ConfigError(
                f"the sweep '{self.path}' has no trial {number} that ended. 'runner ls {self.path}' lists them."
            )
        record = read_trial(folder)
        _refuse(self.path, _differences(self.path, folder))
        return record

    def attempts(self, number: int) -> list[TrialRecord]:
        """Read every attempt at a trial that was recorded, in order."""
        last = self.path / TRIALS / trial_name(number)
        folders = [*self._earlier(number), *([last] if last.is_dir() else [])]
        return sorted((read_trial(folder) for folder in folders), key=lambda record: record.attempt)

    def verify(self) -> None:
        """Compare every file of every trial with its record, and that with the journal.

        Raises IntegrityError naming each file that differs, with the expected and the found sha256.
        """
        told = {event["number"]: event for event in self.events() if event.get("event") == "ended"}
        shelves = Shelves.of(self.path)
        wrong = []
        for number in sorted(shelves.committed):
            wrong += _differences(self.path, self.path / TRIALS / trial_name(number), told.get(number))
        for number in sorted(shelves.earlier):
            for folder in self._earlier(number):
                wrong += _differences(self.path, folder)
        gone = sorted(told.keys() - shelves.committed - shelves.earlier.keys())
        wrong += [f"missing: '{TRIALS}/{trial_name(number)}'" for number in gone]
        _refuse(self.path, wrong)

    @property
    def best(self) -> Path | None:
        """The winner's run folder; None before the end, or where the sweep was moved without it."""
        file = self.path / BEST
        if not file.is_file():
            return None
        run = (self.path / strict_json.read(file)["path"]).resolve()
        return run if run.is_dir() else None

    def _earlier(self, number: int) -> list[Path]:
        """Return the folders of earlier attempts that were committed; unfinished and damaged ones have no record."""
        shelf = self.path / ATTEMPTS / trial_name(number)
        return [shelf / name for name in sorted(names(shelf)) if is_number(name.partition("-")[0])]


def is_sweep(path: Path) -> bool:
    """Say whether a folder is a sweep's."""
    return (path / INFO).is_file()


def sweeps(root: Path) -> list[Sweep]:
    """Return the sweeps below an outputs folder, running ones included, oldest first."""
    found = [Sweep(shelf / name) for shelf in (root / name for name in names(root)) for name in names(shelf)]
    return sorted((sweep for sweep in found if is_sweep(sweep.path)), key=_creation)


def _creation(sweep: Sweep) -> tuple[str, str]:
    """Order by the recorded creation; a sweep whose record is damaged comes first, and tells so when read."""
    try:
        return sweep.info.created, sweep.path.name
    except RunnerError:
        return "", sweep.path.name


def _differences(sweep: Path, folder: Path, told: Mapping[str, Any] | None = None) -> list[str]:
    """Say how a trial's folder differs from its record, and that from what the journal tells."""
    path = folder / TRIAL
    name = path.relative_to(sweep).as_posix()
    try:
        record = strict_json.read(path)
        expected, actual, files = record["check"], seal(record), record["files"]
        found = manifest.build(folder)["files"]
    except (RunnerError, KeyError, TypeError) as error:
        return [f"changed: {name!r}, which is no trial's record any more ({error})"]
    if told is not None and told["attempt"] == record["attempt"]:
        expected = told["check"]
    wrong = [] if expected == actual else [f"changed: {name!r}, expected sha256 {expected}, found {actual}"]
    found = {file: about["sha256"] for file, about in found.items() if file != TRIAL}
    for file in sorted(files.keys() | found.keys()):
        if files.get(file) != found.get(file):
            place = (folder / file).relative_to(sweep).as_posix()
            wrong.append(f"changed: {place!r}, expected {_hash(files.get(file))}, found {_hash(found.get(file))}")
    return wrong


def _hash(sha256: str | None) -> str:
    return "no such file" if sha256 is None else f"sha256 {sha256}"


def _refuse(sweep: Path, wrong: list[str]) -> None:
    if wrong:
        raise IntegrityError(
            f"the sweep '{sweep}' is not as it was written:\n  "
            + "\n  ".join(wrong)
            + "\nRestore the files from a copy, or delete the trials' folders and run the sweep again."
        )
