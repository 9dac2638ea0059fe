"""The process that sends what waits in a spool, one for each spool, whoever writes into it.

It begins with the first event of a run and ends when nothing is left to send, or when nobody writes any more and
MLflow does not answer. It may be killed at any time: what was sent is known by the tags of the runs, so that nothing
is sent twice, and nothing leaves the spool before it is sent.

While those who write still work, it takes little of the machine from them: it has a low priority, and works a
twentieth of the time, which also bounds what a server beside it costs. The rest is sent when they have ended.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from runner_mlflow.errors import Away
from runner_mlflow.spool import Spooled, waiting

if TYPE_CHECKING:
    from runner_mlflow.places import Places
    from runner_mlflow.scribe import Scribe

#: Seconds between looks at what is new, and at most between two attempts at a server that is away.
_LOOK, _LONGEST_PAUSE = 0.2, 5.0
_NICE = 10
#: So many events are sent before they are noted as sent.
_AT_ONCE = 16
#: Seconds of rest for each second of sending while others work.
_REST = 19.0
#: Set for MLflow in this process: retrying is done here, where it is known what was sent; nothing is told to anybody.
_SURROUNDINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",
}


def start(folder: Path) -> None:
    """Start a process that sends what is in the folder, unless one does; it waits for that one to end."""
    words = [sys.executable, "-P", "-m", "runner_mlflow", "send", "--spool", str(folder), "--detach"]
    subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def detach(folder: Path) -> bool:
    """Go on in a process that belongs to no terminal. Returns False in the one that was started."""
    if os.fork():
        return False
    os.setsid()
    os.nice(_NICE)
    threading.Thread(target=_give_way, args=(folder,), daemon=True).start()
    told = os.open(folder / "sender.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(told, stream)
    return True


def _give_way(folder: Path) -> None:
    """Stand behind all sessions while somebody works, and beside them when only what was written is to be sent."""
    while True:
        behind = any(map(_is_at_work, waiting(folder)))
        weigh(_NICE if behind else 0)
        time.sleep(_LOOK)


def _is_at_work(path: Path) -> bool:
    with suppress(FileNotFoundError):  # all of it is sent by now
        return Spooled.open(path).is_at_work()
    return False


def weigh(niceness: int) -> None:
    """Set the niceness of this session, which is what Linux weighs first (autogroup(7)); elsewhere there is none."""
    place = Path("/proc/self/autogroup")
    with suppress(OSError):
        if not place.read_text().endswith(f"nice {niceness}\n"):
            place.write_text(str(niceness))


def send(folder: Path, instead: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Send all that waits. instead: address -> another one to send that to. Returns whether nothing is left."""
    with _alone(folder):
        if not any(waiting(folder)):
            return True
        os.environ.update(_SURROUNDINGS)
        from runner_mlflow.places import Places  # MLflow takes seconds to import, and there may be nothing to do

        return _Sending(folder, Places(instead)).carry_out()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process sends from this folder."""
    with (folder / "sender.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass
class _File:
    """A spool file being sent. due: when to try again; pause: before that; last: whether that was the last try."""

    spooled: Spooled
    scribe: Scribe | None = None
    due: float = 0.0
    pause: float = 0.25
    last: bool = False


@dataclass
class _Sending:
    """Sends a folder. spent: seconds of sending since the last rest."""

    folder: Path
    places: Places
    files: dict[Path, _File] = field(default_factory=dict)
    spent: float = 0.0

    def carry_out(self) -> bool:
        """Go round and round until nothing is left, or nothing will change. Returns whether nothing is left."""
        while paths := list(waiting(self.folder)):
            self.files = {path: self.files.get(path) or _File(Spooled.open(path)) for path in paths}
            held: set[str] = set()  # what comes later of a run waits for what came before
            moved = False
            for file in list(self.files.values()):
                key = file.spooled.header.key
                if key not in held:
                    moved |= self._advance(file)
                held.add(key)
            if not moved:
                if all(self._is_given_up(file) for file in self.files.values()):
                    return False
                time.sleep(_LOOK)
            self._rest()
        return True

    def _rest(self) -> None:
        """Leave the machine to those who work, unless somebody is done and waits for us."""
        until = time.monotonic() + self.spent * _REST
        self.spent = 0.0
        while (left := until - time.monotonic()) > 0 and all(map(self._is_at_work, waiting(self.folder))):
            time.sleep(min(_LOOK, left))

    def _is_at_work(self, path: Path) -> bool:
        """Tell whether a file's writer still works; of one that cannot be sent it does not matter."""
        file = self.files.get(path)
        return file is not None and (file.last or file.spooled.is_at_work())

    def _is_given_up(self, file: _File) -> bool:
        first = next(one for one in self.files.values() if one.spooled.header.key == file.spooled.header.key)
        return first.last

    def _advance(self, file: _File) -> bool:
        """Send a piece of a file. Returns whether there was something to send, and it went."""
        spooled = file.spooled
        written = spooled.is_written()  # asked first: what it wrote last is then read
        if time.monotonic() < file.due and (written or file.last):
            return False
        events, at = spooled.next_events(_AT_ONCE)
        over = not events and (spooled.ended or not written)
        if not events and not over:
            return False
        try:
            file.scribe = file.scribe or self.places.scribe(spooled)
            began = time.monotonic()
            file.scribe.write(events)
            self.spent += time.monotonic() - began
            if over:
                file.scribe.close(cut_off=not spooled.ended)
        except Away as error:
            self._put_off(file, str(error), written)
            return False
        file.pause, file.last = 0.25, False
        spooled.remove() if over else spooled.sent_to(at)
        return True

    def _put_off(self, file: _File, reason: str, written: bool) -> None:
        file.spooled.troubled(reason)
        file.scribe, file.last = None, not written
        file.pause = min(_LONGEST_PAUSE, file.pause * 2)
        file.due = time.monotonic() + file.pause
