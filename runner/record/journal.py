"""The journal: one line per event, written by one process alone, each line with its own checksum.

It is an index. What happened stands in the folders, so a damaged journal loses nothing that they hold, and
opening one repairs it: lines that are not what was written are set aside in a file of their own and named.

    <crc32 of the rest, 8 hex digits> <number of the line, from 1> <JSON>
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from runner.record import strict_json
from runner.record.storage import fsync, storage_errors, write_bytes

Event = dict[str, Any]


@dataclass(frozen=True)
class Contents:
    """What the bytes of a journal hold.

    records: of every whole line, in order. bad: lines between whole ones that are not as written. missing: how
    many records are not there although later ones are. tail: everything behind the last whole line. ended:
    whether that line has its line end.
    """

    records: list[Event]
    bad: list[bytes]
    missing: int
    tail: bytes
    ended: bool

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Read the bytes of a journal, whatever has become of them."""
        records: list[Event] = []
        bad: list[bytes] = []
        since: list[bytes] = []
        last = 0
        lines = data.split(b"\n")
        ended = True
        for place, line in enumerate(lines, 1):
            read = _parse(line)
            if read is None or read[0] <= last:
                since.append(line)
                continue
            last = read[0]
            records.append(read[1])
            bad += since
            since = []
            ended = place < len(lines)
        return cls(records, bad, last - len(records), b"\n".join(since), ended)

    @property
    def whole(self) -> bool:
        """Whether every byte is as it was written."""
        return self.ended and not (self.bad or self.missing or self.tail)


def read(path: Path) -> Contents:
    """Read a journal without changing it, also while it is being written; a missing one is empty.

    The tail may then be a line that is being written.
    """
    with storage_errors("reading", path):
        try:
            return Contents.of(path.read_bytes())
        except FileNotFoundError:
            return Contents.of(b"")


class Journal:
    """A journal that is open for appending. records: what it held when opened; lost: what was amiss, in words."""

    def __init__(self, path: Path, records: list[Event], lost: list[str], descriptor: int) -> None:
        self.path = path
        self.records = records
        self.lost = lost
        self._descriptor = descriptor
        self._count = len(records)
        self._end = os.fstat(descriptor).st_size

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a journal, made where there is none and repaired where it is damaged.

        The caller holds the lock: nobody else may be writing. Raises ResourceError.
        """
        contents = read(path)
        lost = [] if contents.whole else _repair(path, contents)
        with storage_errors("opening", path):
            is_new = not path.exists()
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            if is_new:
                fsync(path.parent)
        return cls(path, contents.records, lost, descriptor)

    def append(self, *records: Mapping[str, Any]) -> None:
        """Write these records at once, and wait until the disk has them: all or, with a ResourceError, none.

        A journal that was deleted or moved since it was opened is not written elsewhere: ResourceError.
        """
        if not records:
            return
        lines = b"".join(_line(self._count + place, record) for place, record in enumerate(records, 1))
        with storage_errors("writing", self.path, len(lines)):
            self._confirm_place()
            self._cut()
            try:
                write_all(self._descriptor, lines)
                os.fsync(self._descriptor)
            except BaseException:  # an interrupt, too, must not leave half a record
                with suppress(OSError):  # then the next append, or the next opening, cuts it
                    self._cut()
                raise
        self._end += len(lines)
        self._count += len(records)

    def close(self) -> None:
        """Let go of the file. Nothing is left to be written."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _confirm_place(self) -> None:
        if not os.path.samestat(os.stat(self.path), os.fstat(self._descriptor)):
            raise FileNotFoundError(errno.ENOENT, "another file has taken its place", os.fspath(self.path))

    def _cut(self) -> None:
        """Cut what an append that failed has left behind the last good record."""
        if os.fstat(self._descriptor).st_size != self._end:
            os.ftruncate(self._descriptor, self._end)


def _line(number: int, record: Mapping[str, Any]) -> bytes:
    body = f"{number} {strict_json.dumps(record, indent=None)}".encode()
    return b"%08x %b\n" % (crc32(body), body)


def _parse(line: bytes) -> tuple[int, Event] | None:
    """Return a line's number and record; None if it is not as it was written."""
    if line[8:9] != b" " or line[:8] != b"%08x" % crc32(line[9:]):
        return None
    number, _, text = line[9:].partition(b" ")
    try:
        record = json.loads(text)
        return (int(number), record) if isinstance(record, dict) else None
    except ValueError:  # a checksum that happens to fit
        return None


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; the system may take fewer at a time than it is given."""
    rest = memoryview(data)
    while rest:  # after a mere signal, Python itself goes on (PEP 475)
        rest = rest[os.write(descriptor, rest) :]


def _repair(path: Path, contents: Contents) -> list[str]:
    """Set aside what is not as it was written, write the whole lines anew, and say what was amiss."""
    lost = []
    if contents.bad or contents.missing:
        kept = _set_aside(path, "bad", b"\n".join(contents.bad) + b"\n")
        lost.append(
            f"{contents.missing} record(s) in the middle of '{path}' are not as they were written; "
            f"the {len(contents.bad)} damaged line(s) are kept in '{kept.name}'"
        )
    if contents.tail:
        kept = _set_aside(path, "torn", contents.tail)
        lost.append(
            f"the end of '{path}', {len(contents.tail)} byte(s), is not as it was written; kept in '{kept.name}'"
        )
    write_bytes(path, b"".join(_line(number, record) for number, record in enumerate(contents.records, 1)))
    return lost


def _set_aside(path: Path, what: str, data: bytes) -> Path:
    """Keep bytes beside the journal under the first free name, such as `journal.torn-1`."""
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.{what}-{number}")
        with storage_errors("writing", kept, len(data)):
            try:
                os.close(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            except FileExistsError:
                number += 1
                continue
        write_bytes(kept, data)
        return kept
