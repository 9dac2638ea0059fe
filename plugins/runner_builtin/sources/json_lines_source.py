"""Tables from JSON Lines: one JSON object per line, one row each, read block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.column_types import NOTHING, ColumnKind, columns_of, kind_of
from runner_builtin.sources.csv_cutting import records_of
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.data_files import FileReading, file_fingerprint, located, place_notes
from runner_builtin.sources.json_rows import checked_row, parsed_json, table_of
from runner_builtin.sources.table_pieces import TablePieces, batches_of
from runner_builtin.sources.text_blocks import utf8_blocks

#: Lines are cut like records of one field: no text holds the separator, for it is refused in every file.
_LINES = Dialect("\0", quoting=False)


@dataclass(frozen=True, kw_only=True)
class JsonLinesSource:
    """Read a table from a JSON Lines file (UTF-8); a key that a line lacks, or null, is a missing value.

    path: relative to the folder of the run; may be compressed (gzip, bzip2, xz, a zip of one file). Values are
    numbers, texts, true or false. max_bytes: the most that a compressed file may unpack to. target: None where
    nothing is to be predicted. features: columns to keep, None for all but target and groups; drop: columns to leave
    out instead. Raises DataError.
    """

    path: str
    target: str | None = None
    max_bytes: Count = 2147483648
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the file's bytes."""
        return file_fingerprint(located(self.path, context.folder))

    def load(self, context: SourceContext) -> Dataset:
        """Return one row per line, in the order of the file; columns in the order of their first appearance."""
        place = located(self.path, context.folder)
        reading, pieces, kinds = self._reading(place), TablePieces(), _Kinds()
        for rows in _blocks(reading):
            late = kinds.new_names(rows)
            if kinds.count and late:
                pieces.add(_empty(kinds.count, late), reading.share)
            columns = columns_of(table_of(rows, [*kinds.kinds, *late]))
            pieces.add(columns, reading.share)
            kinds.take(columns, len(rows))
        roles = self._roles
        dataset = roles.part(pieces.table(kinds.kinds), str(place), reading.fingerprint)
        return dataset.noting(*place_notes(place, context.folder))

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows in batches of bounded size; the first pass over the file settles names and types."""
        place = located(self.path, context.folder)
        first, kinds = self._reading(place), _Kinds()
        for rows in _blocks(first):
            kinds.take(columns_of(table_of(rows, [*kinds.kinds, *kinds.new_names(rows)])), len(rows))
        self._roles.needed(list(kinds.kinds), str(place))
        again = _blocks(self._reading(place, first.fingerprint))
        tables = ((columns_of(table_of(rows, list(kinds.kinds))), ()) for rows in again)
        notes = place_notes(place, context.folder)
        for number, batch in enumerate(batches_of(tables, kinds.kinds, self._roles, str(place), first.fingerprint)):
            yield batch if number else batch.noting(*notes)

    def _reading(self, place: Path, expected: str | None = None) -> FileReading:
        return FileReading(place, Limits(max_bytes=self.max_bytes), expected)

    @property
    def _roles(self) -> ColumnRoles:
        return ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)


class _Kinds:
    """What the columns hold so far, and in how many rows. A column that comes late is missing in those before."""

    def __init__(self) -> None:
        self.kinds: dict[str, ColumnKind] = {}
        self.count = 0

    def new_names(self, rows: list[dict[str, Any]]) -> list[str]:
        """Return the names that are new in these rows, in the order of their first appearance."""
        return [name for name in dict.fromkeys(name for row in rows for name in row) if name not in self.kinds]

    def take(self, columns: Mapping[str, Any], count: int) -> None:
        """Note what some more rows hold."""
        late = ColumnKind("none", gaps=True) if self.count else NOTHING
        for name, values in columns.items():
            self.kinds[name] = self.kinds.get(name, late) | kind_of(values)
        self.count += count


def _blocks(reading: FileReading) -> Iterator[list[dict[str, Any]]]:
    origin = str(reading.place)
    empty = True
    for records in records_of(utf8_blocks(reading.blocks(), "utf-8", origin), _LINES, origin):
        empty = False
        yield [_row(records.text(row), f"{origin}, line {records.first_line + row}") for row in range(records.count)]
    if empty:
        raise DataError(f"{origin} has no rows, only line ends.")


def _row(text: str, where: str) -> dict[str, Any]:
    return checked_row(parsed_json(text, where, "Each line is one object."), where)


def _empty(count: int, names: list[str]) -> dict[str, Any]:
    return {name: np.full(count, np.nan) for name in names}
