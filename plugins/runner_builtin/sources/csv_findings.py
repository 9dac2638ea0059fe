"""What is found out about the columns of a delimited file while it passes by, block after block."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from runner.errors import DataError
from runner_builtin.sources.column_types import EXACT, NOTHING, ColumnKind, columns_of, kind_of
from runner_builtin.sources.csv_parsing import Parsed, Parser

Infinite = Literal["error", "missing", "keep"]

#: How numbers that came in as text may be written: the pattern of all values, and what to say of it.
_WRITTEN = {
    "integers": (r"[+-]?\d+", "holds whole numbers too long for 64 bits, which are kept as text"),
    "thousands": (r"[+-]?(\d{1,3}(,\d{3})+|\d{1,3})(\.\d+)?", "set thousands: ',' to read them as numbers"),
    "comma": (r"[+-]?\d+(,\d+)?", "all values look like numbers with a decimal comma; set decimal: ','"),
    "points": (
        r"[+-]?(\d{1,3}(\.\d{3})+|\d{1,3})(,\d+)?",
        "set decimal: ',' and thousands: '.' to read them as numbers",
    ),
}
_SAMPLE = 50


@dataclass
class ColumnFinding:
    """What is known of one column so far. infinite, padded, long: how many such values."""

    kind: ColumnKind = NOTHING
    infinite: int = 0
    infinite_line: int = 0
    padded: int = 0
    long: int = 0
    written: set[str] = field(default_factory=lambda: set(_WRITTEN))


@dataclass
class TableFindings:
    """Collects what the blocks of one file have in common. columns: in the order of the table."""

    parser: Parser
    columns: dict[str, ColumnFinding]
    infinite: Infinite = "error"
    texts: set[str] = field(default_factory=set)

    def take(self, parsed: Parsed) -> dict[str, Any]:
        """Note what a block holds and return its columns, infinite values treated as asked for."""
        columns = columns_of(parsed.frame)
        if not len(parsed.frame):
            return columns
        for name, values in columns.items():
            self._note(self.columns[name], values, parsed, name)
        self._note_padded(parsed)
        if self.infinite == "missing":
            infinite = [name for name in columns if self.columns[name].infinite]
            columns |= {name: _without_infinite(columns[name]) for name in infinite}
        return columns

    def _note(self, finding: ColumnFinding, values: Any, parsed: Parsed, name: str) -> None:
        kind = kind_of(values)
        finding.kind = finding.kind | kind
        if finding.kind.name in ("text", "mixed"):
            self.texts.add(name)
        if kind.name == "text":
            finding.written = _still_written(values, finding.written)
        elif kind.name in ("integer", "number"):
            self._note_numbers(finding, values, parsed, name)

    def _note_numbers(self, finding: ColumnFinding, values: Any, parsed: Parsed, name: str) -> None:
        if values.dtype.kind == "i":
            if max(-int(values.min()), int(values.max())) > EXACT:
                finding.long += int(np.count_nonzero((values > EXACT) | (values < -EXACT)))
            return
        largest = np.fmax.reduce(np.abs(values))
        if largest < EXACT:
            return
        infinite = np.isinf(values)
        if infinite.any():
            finding.infinite_line = finding.infinite_line or parsed.rows.records.line(int(infinite.argmax()))
            finding.infinite += int(np.count_nonzero(infinite))
        texts = self.parser.texts(parsed.rows, name)
        finding.long += int(texts.str.fullmatch(r"[+-]?\d{16,}", na=False).sum())

    def _note_padded(self, parsed: Parsed) -> None:
        numbers = [
            name
            for name in parsed.frame.columns
            if self.columns[name].kind.name in ("integer", "number") and name not in self.parser.writing.types
        ]
        if numbers:
            for name, count in zip(numbers, self.parser.padded(parsed.rows, numbers), strict=True):
                self.columns[name].padded += int(count)

    def start_over(self, names: Collection[str]) -> None:
        """Forget what was found of some columns, which are read again."""
        for name in names:
            self.columns[name] = ColumnFinding()

    def check(self) -> None:
        """Refuse infinite numbers where they were not asked for. Raises DataError."""
        if self.infinite != "error":
            return
        for name, finding in self.columns.items():
            if finding.infinite and finding.kind.name == "number":
                raise DataError(
                    f"{self.parser.origin}: column {name!r} holds {finding.infinite} infinite numbers, the first in "
                    f"line {finding.infinite_line} (too large for 64 bits, like 1e400, count). "
                    f"Correct them, or set infinite: missing, or infinite: keep."
                )

    def notes(self) -> tuple[str, ...]:
        """Tell what a person should know of how the values were read."""
        return tuple(note for name, finding in self.columns.items() for note in self._notes(name, finding))

    def _notes(self, name: str, finding: ColumnFinding) -> list[str]:
        kind, notes = finding.kind, []
        number = kind.name == "number" or (kind.name == "integer" and kind.gaps)
        if finding.infinite and number:
            treated = "are missing values now" if self.infinite == "missing" else "are kept"
            notes.append(f"column {name!r}: {finding.infinite} infinite numbers {treated}")
        if finding.padded and kind.name in ("integer", "number"):
            notes.append(
                f"column {name!r}: leading zeros are lost (as 00123 read as 123) in {finding.padded} rows; "
                f"set types: {{{name}: string}} to keep them"
            )
        if finding.long and number:
            notes.append(
                f"column {name!r}: {finding.long} whole numbers beyond 2**53 are rounded, for the column also has "
                f"missing values or decimals; set types: {{{name}: string}} to keep them"
            )
        if kind.name == "text" and finding.written and name not in self.parser.writing.types:
            written = next(form for form in _WRITTEN if form in finding.written)
            notes.append(f"column {name!r}: {_WRITTEN[written][1]}")
        return notes


def _still_written(column: Any, candidates: set[str]) -> set[str]:
    """Keep the patterns that all values of a piece follow."""
    kept = set()
    values = column.dropna()
    for name in candidates:
        pattern = re.compile(_WRITTEN[name][0])
        if all(pattern.fullmatch(value) for value in values.iloc[:_SAMPLE]) and values.str.fullmatch(pattern).all():
            kept.add(name)
    return kept


def _without_infinite(values: Any) -> Any:
    return np.where(np.isinf(values), np.nan, values) if values.dtype.kind == "f" else values
