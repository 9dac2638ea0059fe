"""The spool: a file for each run and sweep, of which each line is an event, until all of it is sent.

A file is locked by its writer for as long as that lives, so that nothing needs to be said when it is killed. Beside
it stand how many bytes are sent (`.sent`) and, while it cannot be sent, why (`.trouble`).
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from runner.contracts import Event

#: How the address of a database in a file begins; its path follows.
SQLITE = "sqlite:///"
#: The line that says that nothing follows.
_END: Mapping[str, Any] = {"end": True}


@dataclass(frozen=True)
class Header:
    """The first line. key: the id of the run or sweep; address: of MLflow; folder: where the command runs."""

    key: str
    sweep: bool
    address: str | None
    folder: str
    experiment: str
    files: Sequence[str]
    trial_curves: bool


def spool_folder(chosen: str | None = None) -> Path:
    """Return where events wait: what is chosen, or a folder of the user's (XDG base directories, 2021)."""
    if chosen:
        return Path(chosen).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state, "runner-mlflow")


def absolute(address: str) -> str:
    """Return an address that means the same in every folder.

    >>> absolute("http://host:5000"), absolute("sqlite:////var/a.db"), absolute("/var/mlruns")
    ('http://host:5000', 'sqlite:////var/a.db', '/var/mlruns')
    """
    if address.startswith(SQLITE):
        return f"{SQLITE}{Path(address.removeprefix(SQLITE)).absolute()}"
    return address if ":" in address or address == "databricks" else str(Path(address).absolute())


class Spooling:
    """A spool file being written. path: of it."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path, self._file = path, file

    @classmethod
    def begin(cls, folder: Path, header: Header) -> Spooling:
        """Make a file that nobody else can read. It has its name once it has its lock and its header."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{time.time_ns()}-{os.getpid()}.jsonl"
        partial = path.with_suffix(".partial")
        file = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
        fcntl.flock(file, fcntl.LOCK_EX)
        begun = cls(path, file)
        begun._write(asdict(header))
        partial.rename(path)
        return begun

    def add(self, event: Event) -> None:
        """Write an event; it survives this process when this returns."""
        told = {field.name: getattr(event, field.name) for field in fields(event)}
        self._write({name: value for name, value in told.items() if value is not None})

    def end(self) -> None:
        """Say that nothing follows."""
        self._write(_END)

    def leave(self) -> None:
        """Let the file go."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(_line(line))
        self._file.flush()


@dataclass
class Spooled:
    """A spool file being read. ended: whether its last line was seen."""

    path: Path
    header: Header
    at: int
    ended: bool = False

    @classmethod
    def open(cls, path: Path) -> Spooled:
        """Read the header, and how far it is sent."""
        with path.open("rb") as file:
            told = json.loads(file.readline())
            header = Header(**{one.name: told[one.name] for one in fields(Header)})
            start = file.tell()
        with suppress(FileNotFoundError, ValueError):
            start = max(start, int(path.with_suffix(".sent").read_text()))
        return cls(path, header, start)

    def next_events(self, most: int) -> tuple[list[dict[str, Any]], int]:
        """Return events that are not sent yet, and how many bytes are sent once they are.

        A line without its end is still being written, or its writer was killed in the middle of it.
        """
        found: list[dict[str, Any]] = []
        at = self.at
        with self.path.open("rb") as file:
            file.seek(at)
            while len(found) < most and (line := file.readline()).endswith(b"\n"):
                event = json.loads(line)
                if event == _END:
                    self.ended = True
                    break
                found.append(event)
                at = file.tell()
        return found, at

    def sent_to(self, at: int) -> None:
        """Note that so many bytes are sent."""
        place = self.path.with_suffix(".sent")
        new = place.with_suffix(".sent.new")
        new.write_text(str(at))
        new.replace(place)
        self.at = at
        self.path.with_suffix(".trouble").unlink(missing_ok=True)

    def troubled(self, reason: str) -> None:
        """Say why it cannot be sent."""
        self.path.with_suffix(".trouble").write_text(reason, encoding="utf-8")

    def refused(self, event: Mapping[str, Any], reason: str) -> None:
        """Keep an event that MLflow will not have, however often it is sent."""
        with refused(self.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"reason": reason, "event": event}, ensure_ascii=False) + "\n")

    def is_written(self) -> bool:
        """Tell whether its writer lives."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def is_at_work(self) -> bool:
        """Tell whether its writer lives, and has not said that nothing follows."""
        last = _line(_END).encode()
        with self.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - len(last)))
            return file.read() != last and self.is_written()

    def remove(self) -> None:
        """Take it away: all of it is sent."""
        for suffix in (".sent", ".trouble", ".jsonl"):
            self.path.with_suffix(suffix).unlink(missing_ok=True)


def waiting(folder: Path) -> Iterator[Path]:
    """List the spool files, the oldest first."""
    yield from sorted(folder.glob("*.jsonl"), key=lambda path: [int(part) for part in path.stem.split("-")])


def share_left(path: Path) -> float:
    """Return the share of a spool file that is not sent yet."""
    with suppress(FileNotFoundError):
        size = path.stat().st_size
        with suppress(FileNotFoundError, ValueError):
            return 1 - int(path.with_suffix(".sent").read_text()) / size
        return 1.0
    return 0.0


def trouble(path: Path) -> str:
    """Tell why a spool file cannot be sent at the moment; "" if nothing is known."""
    with suppress(FileNotFoundError):
        return path.with_suffix(".trouble").read_text(encoding="utf-8")
    return ""


def refused(path: Path) -> Path:
    """Return where events are kept that MLflow refused."""
    return path.with_suffix(".refused")


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    """Give what JSON holds of NumPy's arrays and numbers, and a text of everything else."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
