"""The folder of a sweep while it is being run: trials are begun in it, and committed many at a time.

An attempt works in `trials/0017.partial-<attempt>`; committing it renames that to `trials/0017`. What was
there before lies in `attempts/0017` from the moment the next attempt begins. The journal is told last, so a
trial that it does not know is found among the folders when the sweep is opened again.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

from runner.errors import IntegrityError
from runner.record import manifest, strict_json
from runner.record.folder import make_root, slug
from runner.record.journal import Journal, write_all
from runner.record.lock import Lock
from runner.record.shelves import Committed, Shelves, last_attempts, trial_name
from runner.record.storage import fsync, storage_errors
from runner.record.sweeps import (
    ATTEMPTS,
    BEST,
    BEST_LINK,
    INFO,
    JOURNAL,
    LOCK,
    TRIAL,
    TRIALS,
    SweepInfo,
    TrialRecord,
    TrialSummary,
    read_info,
    read_trial,
)

#: How many files are waited for at a time.
_SYNCING = 16
#: What a trial printed.
LOG = "log.txt"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}


@dataclass
class SweepFolder:
    """A sweep's folder, locked and open for writing.

    info: as written when the sweep began. notes: what was taken over, repaired or lost, for the user.
    """

    path: Path
    info: SweepInfo
    lock: Lock
    journal: Journal
    notes: list[str]
    _about: os.stat_result
    _trials: dict[int, TrialSummary] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _attempts: dict[int, int] = field(default_factory=dict)
    _partial: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def open_or_create(cls, root: Path, experiment: str, identity: str, info: SweepInfo) -> Self:
        """Open the sweep of this identity, locked, repaired, and made where there is none.

        info: what a new sweep says of itself; one that is there keeps its own. Raises ConfigError if another
        process runs it, ResourceError if it cannot be written, before any work is done.
        """
        path = root / slug(experiment) / f"sweep-{identity[:12]}"
        with storage_errors("making a sweep's folder in", root):
            make_root(root)
            (path / TRIALS).mkdir(parents=True, exist_ok=True)
            _confirm_writable(path, path / TRIALS)
            for folder in (path, path.parent, root):
                fsync(folder)
        with ExitStack() as undoing:
            lock = undoing.enter_context(Lock.take(path / LOCK, f"sweep {path.parent.name}/{path.name}"))
            written = _write_info(path, identity, info)
            journal = undoing.enter_context(closing(Journal.open(path / JOURNAL)))
            notes = [*([lock.note] if lock.note else []), *journal.lost]
            sweep = cls(path, written, lock, journal, notes, path.stat())
            sweep._rebuild()
            undoing.pop_all()
        return sweep

    def _rebuild(self) -> None:
        """Bring journal and folders together: trials that only a folder knows are read and told to the journal."""
        events = self.journal.records
        shelves = Shelves.of(self.path)
        committed = Committed.of(self.path, events, shelves)
        self._trials = dict(committed.trials)
        self._partial = {number: set(attempts) for number, attempts in shelves.partial.items()}
        named = (event for event in events if event.get("event") in ("planned", "ended"))
        self._numbers = {event["key"]: event["number"] for event in named}
        self._numbers |= {trial.key: number for number, trial in self._trials.items()}
        self._attempts = last_attempts(events, shelves, self._trials)
        self.journal.append(*(self._trials[number].event() for number in committed.adopted))
        self.notes += committed.notes()

    def known(self) -> dict[str, TrialSummary]:
        """Return key -> summary of every trial that was committed."""
        return {trial.key: trial for trial in self._trials.values()}

    def plan(self, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
        """Return key -> number: that of old for a key that had one, else one never used. wanted: key -> settings."""
        with storage_errors("planning trials in", self.path):
            self._confirm_place()
        free = 1 + max([-1, *self._numbers.values(), *self._attempts])
        new = {key: free + place for place, key in enumerate(key for key in wanted if key not in self._numbers)}
        self.journal.append(
            *({"event": "planned", "number": n, "key": key, "settings": wanted[key]} for key, n in new.items())
        )
        self._numbers |= new
        return {key: self._numbers[key] for key in wanted}

    def next_attempt(self, number: int) -> int:
        """Return the attempt that comes next: 1 for a trial that was never begun."""
        return self._attempts.get(number, 0) + 1

    def begin(self, number: int, attempt: int) -> Path:
        """Make the folder that an attempt works in; what earlier ones left moves to `attempts`."""
        with storage_errors("beginning a trial in", self.path):
            self._confirm_place()
            self._move_earlier(number)
            path = self.working(number, attempt)
            path.mkdir()
        self._partial.setdefault(number, set()).add(attempt)
        self._attempts[number] = max(attempt, self._attempts.get(number, 0))
        return path

    def commit(self, records: Sequence[TrialRecord]) -> list[TrialSummary]:
        """Commit attempts that were begun, together: durable when this returns.

        Fills in each record's files and seals it. Where it raises ResourceError some may have been committed;
        committing the same again, or opening the sweep again, completes it.
        """
        with storage_errors("committing trials in", self.path):
            self._confirm_place()
            sealed = [self._write(record) for record in records]
            _sync(path for record in sealed for path in self._paths(record))
            for record in sealed:
                self._put_in_place(record)
            fsync(self.path / TRIALS)
        summaries = [record.summary() for record in sealed]
        self.journal.append(*(summary.event() for summary in summaries))
        for summary in summaries:
            self._trials[summary.number] = summary
            self._numbers[summary.key] = summary.number
            self._partial.get(summary.number, set()).discard(summary.attempt)
        return summaries

    def point_to_best(self, run: Path) -> None:
        """Say where the winner's run folder is: `best.json`, and a link where the file system has links."""
        target = os.path.relpath(run, self.path)
        with storage_errors("writing", self.path / BEST):
            self._confirm_place()
            strict_json.write(self.path / BEST, {"path": target})
            temporary = self.path / f".{BEST_LINK}.tmp"
            temporary.unlink(missing_ok=True)
            try:
                temporary.symlink_to(target, target_is_directory=True)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                return
            os.replace(temporary, self.path / BEST_LINK)

    def read(self, number: int) -> TrialRecord:
        """Return the record of a committed trial."""
        return read_trial(self.path / TRIALS / trial_name(number))

    def log_of(self, number: int) -> Path | None:
        """Return what a committed trial printed; None if it said nothing."""
        log = self.path / TRIALS / trial_name(number) / LOG
        return log if log.exists() else None

    def close(self) -> None:
        """Let go of the journal and the lock."""
        self.journal.close()
        self.lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def working(self, number: int, attempt: int) -> Path:
        """Return the folder that an attempt works in."""
        return self.path / TRIALS / f"{trial_name(number)}.partial-{attempt}"

    def _confirm_place(self) -> None:
        """Raise OSError if the folder was deleted or renamed, ResourceError if another process took it over."""
        if not os.path.samestat(os.stat(self.path), self._about):
            raise FileNotFoundError(errno.ENOENT, "another folder has taken its place", os.fspath(self.path))
        self.lock.confirm()

    def _move_earlier(self, number: int) -> None:
        name = trial_name(number)
        committed, shelf = self.path / TRIALS / name, self.path / ATTEMPTS / name
        moves = [(self.working(number, attempt), f"{attempt}.partial") for attempt in self._partial.get(number, ())]
        if committed.exists():
            known = self._trials.get(number)
            moves.append((committed, "damaged" if known is None else str(known.attempt)))
        if not moves:
            return
        for folder in (shelf.parent, shelf):
            folder.mkdir(exist_ok=True)
        for source, target in moves:
            os.rename(source, _free(shelf / target))
        self._trials.pop(number, None)
        self._partial.pop(number, None)
        for folder in (shelf, shelf.parent):
            fsync(folder)

    def _write(self, record: TrialRecord) -> TrialRecord:
        """Write a record into its attempt's folder and return it sealed."""
        folder = self.working(record.number, record.attempt)
        if not folder.is_dir():
            # Committed by a call that failed later on, or never begun: reading it tells.
            committed = self.path / TRIALS / trial_name(record.number)
            there = read_trial(committed) if committed.is_dir() else None
            if there is None or there.attempt != record.attempt:
                raise FileNotFoundError(errno.ENOENT, "this attempt is not at work any more", os.fspath(folder))
            return there
        _drop_empty(folder / LOG)
        files = {name: about["sha256"] for name, about in manifest.build(folder)["files"].items() if name != TRIAL}
        written = replace(record, files=files).written()
        # One line: an indented file takes Python's slow writer, and there are ten thousand of them.
        text = json.dumps(written, ensure_ascii=False, allow_nan=False) + "\n"
        _write_file(folder / TRIAL, text.encode("utf-8", "backslashreplace"))
        return TrialRecord.of(written)

    def _paths(self, record: TrialRecord) -> list[Path]:
        """Return the files and folders of an attempt at work, none if it is in its place already."""
        folder = self.working(record.number, record.attempt)
        return [Path(place, name) for place, _, files in os.walk(folder) for name in (".", *files)]

    def _put_in_place(self, record: TrialRecord) -> None:
        folder = self.working(record.number, record.attempt)
        if folder.is_dir():
            os.rename(folder, self.path / TRIALS / trial_name(record.number))


def _confirm_writable(*folders: Path) -> None:
    for folder in folders:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission to write", os.fspath(folder))


def _write_info(path: Path, identity: str, info: SweepInfo) -> SweepInfo:
    """Return what the sweep said of itself when it began, which is now if nothing was said yet."""
    if not (path / INFO).exists():
        strict_json.write(path / INFO, info)
    written = read_info(path)
    if written.identity != identity:
        raise IntegrityError(
            f"'{path}' is the sweep {written.identity!r}, not {identity!r}: '{INFO}' was changed, or two sweeps' "
            "identities begin alike. Move the folder, and start the command again."
        )
    return written


def _free(path: Path) -> Path:
    """Return the first of `path`, `path-2`, `path-3` … that is free."""
    place = 1
    tried = path
    while tried.exists():
        place += 1
        tried = path.with_name(f"{path.name}-{place}")
    return tried


def _drop_empty(log: Path) -> None:
    """Remove a log that says nothing; a worker that was killed has not come to do it."""
    if log.is_file() and not log.stat().st_size:
        log.unlink()


def _write_file(path: Path, data: bytes) -> None:
    # Its folder is a partial one, so half a file is nobody's result: no temporary name is needed.
    with storage_errors("writing", path, len(data)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            write_all(descriptor, data)
        finally:
            os.close(descriptor)


def _sync(paths: Iterable[Path]) -> None:
    """Wait until the disk has all of these; file systems do it for many at a time in hardly more than one's time."""
    for _ in _threads().map(fsync, paths):
        pass


@cache
def _threads() -> ThreadPoolExecutor:
    # One for all commits: starting sixteen threads takes longer than what they wait for.
    return ThreadPoolExecutor(max_workers=_SYNCING)
