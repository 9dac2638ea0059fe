"""Delimited text cut between its records, whatever its quotes hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from runner.errors import DataError
from runner_builtin.sources.csv_marks import CR, Marks, marks_of
from runner_builtin.sources.csv_records import Dialect, Records, field_limit, line_ends
from runner_builtin.sources.text_blocks import with_last

#: A record longer than this is taken for an unclosed quote.
LONGEST_RECORD = 256 * 1024**2
#: Tables of very many columns are cut into fewer pieces, for each costs by its columns: so many records, or bytes.
LEAST_RECORDS, WIDE_BYTES = 500, 64 * 1024**2


def records_of(blocks: Iterable[bytes], dialect: Dialect, origin: str) -> Iterator[Records]:
    """Cut blocks of UTF-8 between records. Blank lines at the end of a file are no records. Raises DataError."""
    pieces: list[bytes] = []
    line, enough = 1, 0
    for block, last in with_last(blocks):
        pieces.append(block)
        held = sum(map(len, pieces))
        if held < enough and not last:
            continue
        text = b"".join(pieces)
        found = _cut(text, dialect, line, origin, complete=last)
        if found is None:
            if held > LONGEST_RECORD:
                raise DataError(
                    f"{origin}, record at line {line}: it is longer than {LONGEST_RECORD} bytes; a quote is likely "
                    f"left open. If quote characters are ordinary text in this file, set quoting: false."
                )
            pieces, enough = [text], 2 * held
            continue
        yield found
        rest = text[len(found.content) :]
        end = 2 if rest.startswith(b"\r\n") else 1
        line += found.lines_spanned
        pieces, enough = [rest[end:]], min(WIDE_BYTES, LEAST_RECORDS * (len(found.content) // found.count))


def _cut(text: bytes, dialect: Dialect, line: int, origin: str, *, complete: bool) -> Records | None:
    """Return the records that surely end in a text; None where there is none."""
    if not text.strip(b"\r\n"):
        return None
    marks = marks_of(text, dialect.separator, quoting=dialect.quoting, complete=complete)
    if marks is None:
        return _followed(text, dialect, line, origin, complete=complete)
    ends = marks.positions[marks.closing]
    if not complete and not len(ends):
        return None
    content = (text if complete else text[: int(ends[-1])]).rstrip(b"\r\n")
    return _marked(content, marks.before(len(content)), line) if content else None


def _marked(content: bytes, marks: Marks, line: int) -> Records:
    closing = np.flatnonzero(marks.closing)
    widths = np.diff(closing, prepend=-1)
    ends = marks.positions[closing]
    starts = np.append(0, ends[:-1] + 1)
    single = np.flatnonzero(widths == 1)
    lengths = ends[single] - starts[single]
    data = np.frombuffer(content, dtype=np.uint8)
    blank = (lengths == 0) | ((lengths == 1) & (data[np.minimum(starts[single], len(data) - 1)] == CR))
    widths[single[blank]] = 0
    return Records(content, line, starts, widths, marks)


def _followed(text: bytes, dialect: Dialect, line: int, origin: str, *, complete: bool) -> Records | None:
    """Do the same by the csv module, for text with stray quotes."""
    lines = _Lines(text.decode())
    reader = dialect.reader(lines)
    starts, widths = [], []
    with field_limit(len(text) + 1):
        try:
            for start, fields in _with_starts(reader, lines):
                starts.append(start)
                widths.append(len(fields))
        except csv.Error as error:
            if complete or lines.offset < len(text):
                at = line + line_ends(text[: lines.record])
                raise DataError(
                    f"{origin}, record at line {at}: {error}. If quote characters are ordinary text "
                    f"in this file, set quoting: false; otherwise close the quote."
                ) from None
            starts.append(lines.record)
            widths.append(0)
    end = len(text)
    if not complete:
        end = starts.pop()
        widths.pop()
    content = text[:end].rstrip(b"\r\n")
    kept = int(np.searchsorted(starts, len(content)))
    if not kept:
        return None
    return Records(content, line, np.array(starts[:kept]), np.array(widths[:kept]), None)


class _Lines:
    """The lines of a text, and how many bytes of it have been given out. record: where the current record began."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.offset = 0
        self.record = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.offset += len(line) if line.isascii() else len(line.encode())
        return line


def _with_starts(reader: Any, lines: _Lines) -> Iterator[tuple[int, Sequence[str]]]:
    for fields in reader:
        yield lines.record, fields
        lines.record = lines.offset
