"""The lock on a sweep: one driver at a time, and none that is dead.

The operating system holds it (`flock`) and lets go of it when the process ends, however it ends. Where the file
system has no such locks, the file itself is the lock: it is made by one alone and touched every few seconds,
and who finds it watches, by a clock of its own that nobody sets, whether it is touched. Either way the file
tells who holds it.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from runner.errors import ConfigError, ResourceError
from runner.record.storage import storage_errors

#: How often a lock that is only a file is touched, and how long it must lie still to be given up, in seconds.
BEAT = 5.0
GRACE = 30.0
#: How long the workers of a driver that died may take to end, in seconds; until then they hold its lock.
PATIENCE = 10.0

_NO_FLOCK = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}

Way = Literal["flock", "heartbeat"]


@dataclass(frozen=True)
class Owner:
    """Who holds a lock. machine: boot and process namespace, within which a pid means something.

    started: the process's start in clock ticks since boot, which tells it from a later one with the same pid;
    None where the system does not tell. since: ISO 8601 in UTC.
    """

    host: str
    pid: int
    machine: str
    started: str | None
    since: str
    way: Way

    @classmethod
    def here(cls, way: Way) -> Self:
        """Describe this process."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(socket.gethostname(), os.getpid(), _machine(), _process_start(os.getpid()), since, way)

    @property
    def dead(self) -> bool:
        """Whether it is known to have ended; of a process on another machine nothing is known."""
        if self.machine != _machine() or self.host != socket.gethostname():
            return False
        if self.started is not None:
            return _process_start(self.pid) != self.started
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # somebody else's process, alive
            return False
        return False

    def __str__(self) -> str:
        return f"{self.host}/{self.pid} since {self.since}"


class Lock:
    """A lock that is held. note: what the user should be told of how it was taken, or None."""

    def __init__(self, path: Path, what: str, descriptor: int, note: str | None, *, beat: float | None) -> None:
        self.path = path
        self.note = note
        self._what = what
        self._descriptor = descriptor
        self._ending = threading.Event()
        self._heart = None
        if beat is not None:
            self._heart = threading.Thread(target=self._keep_touching, args=(beat,), name="lock", daemon=True)
            self._heart.start()

    @classmethod
    def take(
        cls, path: Path, what: str, *, beat: float = BEAT, grace: float = GRACE, patience: float = PATIENCE
    ) -> Self:
        """Take the lock at `path` on `what` ("sweep digits/sweep-0badcafe0123").

        Raises ConfigError if a living process has it, ResourceError if the file cannot be written.
        """
        with storage_errors("locking", path):
            try:
                descriptor, before = _take_flock(path, what, grace, patience)
            except OSError as error:
                if error.errno not in _NO_FLOCK:
                    raise
                note = f"'{path.parent}' has no file locks ({error.strerror}); '{path.name}' itself is the lock."
                descriptor, before = _take_file(path, what, grace)
                way: Way = "heartbeat"
            else:
                note, way = "", "flock"
            try:
                _write_owner(descriptor, Owner.here(way))
            except BaseException:
                os.close(descriptor)
                path.unlink()
                raise
        if before is not None:
            note = f"{what} was being run by {before}, which ended without saying so; its lock is taken over. {note}"
        return cls(path, what, descriptor, note.strip() or None, beat=beat if way == "heartbeat" else None)

    def confirm(self) -> None:
        """Raise ResourceError if the lock's file is gone or another's: somebody else may be writing by now."""
        try:
            held = self._descriptor >= 0 and _is_at(self.path, self._descriptor)
        except FileNotFoundError:
            held = False
        if not held:
            raise ResourceError(
                f"the lock '{self.path}' is no longer this process's: it was deleted, renamed or taken over, so "
                f"{self._what} may be written by another. Nothing more is written; start the command again."
            )

    def close(self) -> None:
        """Give the lock up and remove its file; a second time does nothing."""
        if self._descriptor < 0:
            return
        self._ending.set()
        if self._heart is not None:
            self._heart.join()
        try:
            # The folder may be gone, and the lock with it.
            with storage_errors("unlocking", self.path), suppress(FileNotFoundError):
                if _is_at(self.path, self._descriptor):
                    self.path.unlink()
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep_touching(self, beat: float) -> None:
        while not self._ending.wait(beat):
            with suppress(OSError):  # the next beat may succeed; if none does, confirm() tells who has the lock
                os.utime(self._descriptor)


def holder(path: Path) -> Owner | None:
    """Return who holds the lock, or left its file behind; None where nobody does. Takes and changes nothing."""
    return _look(path)[0]


def _take_flock(path: Path, what: str, grace: float, patience: float) -> tuple[int, Owner | None]:
    """Return the locked file, open, and the owner that left it behind. Raises OSError where flock is unknown."""
    give_up = time.monotonic() + patience
    while True:
        descriptor, is_new = _open(path)
        try:
            if _flock(descriptor):
                # Its last holder may have removed the file between our opening and locking it.
                if _is_at(path, descriptor):
                    return descriptor, _last_owner(descriptor, path, what, grace)
            else:
                owner = _read_owner(descriptor)
                if owner is None or not owner.dead or time.monotonic() > give_up:
                    raise _taken(what, owner, path)
                time.sleep(0.05)
        except FileNotFoundError:
            pass
        except BaseException:
            if is_new:
                path.unlink()
            os.close(descriptor)
            raise
        os.close(descriptor)


def _open(path: Path) -> tuple[int, bool]:
    """Open the lock's file, and say whether it was made by that."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), True
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666), False


def _last_owner(descriptor: int, path: Path, what: str, grace: float) -> Owner | None:
    """Return who left the file behind. One on a machine without flock may yet live: then ConfigError."""
    owner = _read_owner(descriptor)
    if owner is not None and owner.way == "heartbeat" and not owner.dead and not _lies_still(path, grace):
        raise _taken(what, owner, path)
    return owner


def _take_file(path: Path, what: str, grace: float) -> tuple[int, Owner | None]:
    """Make the file that is the lock; return it, open, and the dead owner that it was taken from."""
    before = None
    while True:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), before
        except FileExistsError:
            owner, judged = _look(path)
        if not judged:  # given up meanwhile
            continue
        if owner is not None and owner.way == "flock" and not owner.dead:
            raise _taken(what, owner, path)
        if not (owner is not None and owner.dead) and not _lies_still(path, grace):
            raise _taken(what, owner, path)
        before = owner
        _remove(path, judged)


def _lies_still(path: Path, grace: float) -> bool:
    """Watch the file for `grace` seconds by our own clock: is it never touched? The times it bears say nothing."""
    first = _look(path)[1]
    give_up = time.monotonic() + grace
    while time.monotonic() < give_up:
        time.sleep(min(0.5, grace / 10))
        if _look(path)[1] != first:
            return False
    return True


def _look(path: Path) -> tuple[Owner | None, tuple[int, ...]]:
    """Return who holds the file, and what changes when it is touched or replaced; nothing if it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)  # opening makes a network file system ask anew
    except FileNotFoundError:
        return None, ()
    try:
        about = os.fstat(descriptor)
        return _read_owner(descriptor), (about.st_dev, about.st_ino, about.st_mtime_ns)
    finally:
        os.close(descriptor)


def _remove(path: Path, judged: tuple[int, ...]) -> None:
    """Remove a dead owner's file; one that another taker has made meanwhile is put back."""
    aside = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    with suppress(FileNotFoundError):  # another taker was faster
        os.rename(path, aside)
        if _look(aside)[1] != judged:
            with suppress(FileExistsError):
                os.link(aside, path)
        aside.unlink()


def _flock(descriptor: int) -> bool:
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, "this system has no flock")
    import fcntl  # only where there is one

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    return os.path.samestat(os.stat(path), os.fstat(descriptor))


def _write_owner(descriptor: int, owner: Owner) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, (json.dumps(asdict(owner)) + "\n").encode(), 0)


def _read_owner(descriptor: int) -> Owner | None:
    """Return who the file says holds it; None if it says nothing, being new or damaged."""
    try:
        record = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return None
    if not isinstance(record, Mapping) or record.keys() != Owner.__dataclass_fields__.keys():
        return None
    return Owner(**record)


def _taken(what: str, owner: Owner | None, path: Path) -> ConfigError:
    return ConfigError(
        f"{what} is being run by {owner or 'another process, which is just starting'}. Wait until it has ended, or "
        f"end it; if that machine is gone for good, delete '{path}'."
    )


def _machine() -> str:
    """Return within what a pid means one process: this boot, and this namespace of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:  # not Linux
        return ""


def _process_start(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot; None if it has ended, or nothing tells."""
    try:
        about = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, which may hold anything, stands in parentheses; state and start are fields 3 and 22.
    fields = about.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]
