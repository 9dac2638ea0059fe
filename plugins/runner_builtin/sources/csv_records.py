"""Records of delimited text, with the number of fields and the line of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from runner_builtin.sources.csv_marks import LF, Marks, marks_of
from runner_builtin.sources.text_blocks import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Dialect:
    """How fields are parted: by one character, with quotes around some or not, perhaps with spaces after it."""

    separator: str
    quoting: bool
    skip_initial_space: bool = False

    def fields(self, record: str) -> list[str]:
        """Return the fields of one record, which is known to be well written."""
        with field_limit(len(record) + 1):
            return next(self.reader(io.StringIO(record, newline="")), [])

    def reader(self, lines: Iterable[str]) -> Any:
        """Read lines by the csv module, which refuses what is ambiguous."""
        return csv.reader(
            lines,
            delimiter=self.separator,
            quoting=csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE,
            skipinitialspace=self.skip_initial_space,
            strict=True,
        )


@dataclass(frozen=True)
class Records:
    """Whole records that follow each other in a file, without the last line end.

    starts, widths: (n_records,), where each begins and how many fields it has; a blank line has none. marks: where
    fields end; None where quotes had to be followed one by one. lines: (n_records,), the line of each; None where
    they follow from `first_line`.
    """

    content: bytes
    first_line: int
    starts: NDArray[np.intp]
    widths: NDArray[np.intp]
    marks: Marks | None
    lines: NDArray[np.intp] | None = None

    @property
    def count(self) -> int:
        """How many records there are."""
        return len(self.starts)

    @property
    def lines_spanned(self) -> int:
        """How many lines of the file the records take: more than one each only where quotes hold line ends."""
        return line_ends(self.content) + 1 if b'"' in self.content else self.count

    def line(self, record: int) -> int:
        """Return the line at which a record begins, counted from 1 in the file."""
        if self.lines is not None:
            return int(self.lines[record])
        return self.first_line + line_ends(self.content[: int(self.starts[record])])

    def text(self, record: int) -> str:
        """Return a record as it is written, without its line end."""
        end = int(self.starts[record + 1]) if record + 1 < len(self.starts) else len(self.content)
        return self.content[int(self.starts[record]) : end].decode().rstrip("\r\n")

    def after_first(self) -> Records:
        """Return the records below the first, which is the header."""
        if len(self.starts) == 1:
            return replace(self, content=b"", starts=self.starts[:0], widths=self.widths[:0], marks=None)
        begin = int(self.starts[1])
        marks = self.marks
        if marks is not None:
            count = int(self.widths[0])
            marks = Marks(marks.positions[count:] - begin, marks.closing[count:])
        return Records(self.content[begin:], self.line(1), self.starts[1:] - begin, self.widths[1:], marks)

    def only(self, kept: NDArray[np.bool_], dialect: Dialect) -> Records:
        """Return the records where the mask is true; each keeps its line."""
        rows = np.flatnonzero(kept).tolist()
        texts = [self.text(row).encode() for row in rows]
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])[:-1] if texts else self.starts[:0]
        content = b"\n".join(texts)
        marks = None
        if content and self.marks is not None:
            found = marks_of(content, dialect.separator, quoting=dialect.quoting, complete=True)
            marks = found and found.before(len(content))
        lines = np.array([self.line(row) for row in rows], dtype=np.intp)
        return Records(content, self.first_line, starts, self.widths[kept], marks, lines)


def line_ends(text: bytes) -> int:
    """Count the ends of lines: LF, CR LF, or CR alone."""
    count = count_of(text, LF)
    if b"\r" in text:
        count += text.count(b"\r") - text.count(b"\r\n")
    return count


@contextmanager
def field_limit(limit: int) -> Iterator[None]:
    """Let a field be as long as the text, for as long as it is read: the csv module allows 128 KiB."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
