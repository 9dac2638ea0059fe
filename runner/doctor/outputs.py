"""The outputs folder: can it be written, is there room, is anything left over or damaged?"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from runner.doctor.finding import Finding, noted, well, wrong
from runner.errors import ExitCode, IntegrityError, RunnerError
from runner.record import journal
from runner.record.lock import holder
from runner.record.manifest import PARTIAL
from runner.record.read_sweep import Sweep, sweeps
from runner.record.storage import storage_errors
from runner.record.sweeps import JOURNAL, LOCK
from runner.store.store import Store

#: Less room than this, in bytes, is told.
ROOM = 2**30
#: Every byte of a store up to this size is read.
READ_WHOLE = 2**30
#: An unfinished folder that nobody has touched for so long, in seconds, is not a run that goes on.
ABANDONED = 24 * 3600.0


def outputs(root: Path) -> Iterator[Finding]:
    """Look at the folder itself and at what runs have left in it."""
    there = root.is_dir()
    place = root if there else next(path for path in root.absolute().parents if path.is_dir())
    with storage_errors("writing in", place), tempfile.TemporaryFile(dir=place):
        yield well(f"'{root}' can be written" if there else f"'{root}' is not there yet; '{place}' can be written")
    free = shutil.disk_usage(place).free
    told = f"{free / 2**30:,.1f} GiB are free on the disk of '{place}'"
    if free < ROOM:
        yield wrong(told, "runner store gc --max-size 1GB", ExitCode.RESOURCES)
    else:
        yield well(told)
    for folder in sorted(root.glob(f"*/*{PARTIAL}")):
        yield _unfinished(folder)


def _unfinished(folder: Path) -> Finding:
    touched = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    idle = time.time() - touched
    if idle < ABANDONED:
        return noted(
            f"'{folder}' is unfinished and was written to {idle / 60:.0f} min ago: a run that goes on, or was killed"
        )
    return noted(f"'{folder}' was never finished, {idle / 86400:.0f} days ago; nothing reads it", f"rm -r '{folder}'")


def all_sweeps(root: Path) -> Iterator[Finding]:
    """Verify each sweep, and say who is working on it."""
    found = sweeps(root)
    if not found:
        yield well(f"'{root}' holds no sweep yet")
    for sweep in found:
        yield from _sweep(sweep)


def _sweep(sweep: Sweep) -> Iterator[Finding]:
    owner = holder(sweep.path / LOCK)
    if owner is not None and owner.dead:
        yield noted(
            f"'{sweep.path}' was being run by {owner}, which has ended without saying so",
            f"runner resume '{sweep.path}'",
        )
    elif owner is not None:
        yield noted(f"'{sweep.path}' is being run by {owner}")
        return  # what is being written need not fit yet
    try:
        contents = journal.read(sweep.path / JOURNAL)
        if not contents.whole:
            yield noted(
                f"the journal of '{sweep.path}' is damaged: {len(contents.bad)} lines are not as they were written, "
                f"{contents.missing} are missing; the trials' folders hold what it told",
                f"runner resume '{sweep.path}'",
            )
        sweep.verify()
    except IntegrityError as error:
        yield wrong(str(error), f"runner verify '{sweep.path}'", ExitCode.RESOURCES)
    except RunnerError as error:
        yield wrong(str(error), "", error.exit_code)
    else:
        yield well(f"'{sweep.path}' is as it was written")


def store(root: Path) -> Iterator[Finding]:
    """Look at the kept results of stages. root: of the store."""
    kept = Store(root)
    if not root.is_dir():
        yield well(f"no results are kept in '{root}' yet")
        return
    size, entries = kept.size(), len(kept.entries())
    if size > READ_WHOLE:
        yield noted(
            f"{entries} results of {size / 2**30:,.1f} GiB are kept in '{root}'; not read", "runner store verify"
        )
        return
    damaged = kept.damages()
    if damaged:
        yield wrong(
            f"{len(damaged)} of the results kept in '{root}' are damaged, such as '{next(iter(damaged))}'",
            "runner store verify --repair",
            ExitCode.RESOURCES,
        )
    else:
        yield well(f"{entries} results of {size / 2**20:,.1f} MiB are kept in '{root}', all as they were written")
