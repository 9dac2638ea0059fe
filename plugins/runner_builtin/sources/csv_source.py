"""Tables from text files with separators: CSV, TSV and their kin, read strictly and block by block.

A block is checked (encoding, NUL, fields per record), parsed, and let go. Types are those of the whole file: where
blocks disagree about a column, the file is read a second time with that column as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles, check_columns
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.csv_findings import ColumnFinding, TableFindings
from runner_builtin.sources.csv_parsing import MISSING, Parsed, Parser, Writing
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.csv_rows import Layout, rows_of
from runner_builtin.sources.data_files import FileReading, file_fingerprint, located, place_notes
from runner_builtin.sources.reading_ahead import ahead
from runner_builtin.sources.table_pieces import TablePieces, batches_of, with_rejected
from runner_builtin.sources.text_blocks import utf8_blocks


@dataclass(frozen=True, kw_only=True)
class CsvSource:
    """Read a table from a CSV file; every record must have as many fields as the header.

    path: relative to the folder of the run; may be compressed (gzip, bzip2, xz, a zip of one file). header: False
    takes the names from `columns`. quoting: False reads quote characters as ordinary text. missing: what stands for a
    missing value; None means an empty field, NA, N/A, #N/A, NaN, nan, NULL or null. Blank lines at the end are no
    records. types: what columns must be, for those where reading the values shall not decide: `string` keeps 00123.
    on_bad_rows: `drop` leaves out records of another number of fields, counted and kept beside the run. infinite:
    what becomes of infinite numbers. max_bytes: the most that a compressed file may unpack to. target: None where
    nothing is to be predicted. features: columns to keep, None for all but target and groups; drop: columns to leave
    out instead. Raises DataError.
    """

    path: str
    target: str | None = None
    separator: str = ","
    header: bool = True
    columns: list[str] | None = None
    quoting: bool = True
    encoding: str = "utf-8"
    missing: list[str] | None = None
    types: dict[str, Literal["string", "integer", "number", "boolean", "category", "date"]] | None = None
    decimal: str = "."
    thousands: str | None = None
    skip_initial_space: bool = False
    on_bad_rows: Literal["error", "drop"] = "error"
    infinite: Literal["error", "missing", "keep"] = "error"
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
        """Return the table's rows in the order of the file."""
        place = self._place(context)
        reading, pieces, rejected = self._reading(place), TablePieces(), []
        findings = self._findings(place)
        for parsed in self._parsed(reading, findings):
            pieces.add(findings.take(parsed), reading.share)
            rejected += parsed.rows.rejected
        self._read_again(place, reading.fingerprint, findings, pieces)
        findings.check()
        table = pieces.table({name: finding.kind for name, finding in findings.columns.items()})
        dataset = self._roles.part_needed(table, str(place), reading.fingerprint)
        return with_rejected(dataset, tuple(rejected)).noting(*place_notes(place, context.folder), *findings.notes())

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows in batches of bounded size; the first pass over the file settles the types."""
        place = self._place(context)
        findings, reading = self._findings(place), self._reading(place)
        for parsed in self._parsed(reading, findings):
            findings.take(parsed)
        self._read_again(place, reading.fingerprint, findings, None)
        findings.check()
        kinds = {name: finding.kind for name, finding in findings.columns.items()}
        notes = (*place_notes(place, context.folder), *findings.notes())
        again = self._findings(place)
        again.texts.update(findings.texts)
        second = self._reading(place, reading.fingerprint)
        tables = ((again.take(parsed), parsed.rows.rejected) for parsed in self._parsed(second, again))
        batches = batches_of(tables, kinds, self._roles, str(place), reading.fingerprint)
        for number, batch in enumerate(batches):
            yield batch if number else batch.noting(*notes)

    def _read_again(self, place: Path, fingerprint: str, findings: TableFindings, pieces: TablePieces | None) -> None:
        """Read the columns about which blocks disagreed as texts, from the first row on."""
        names = [name for name, finding in findings.columns.items() if finding.kind.name == "mixed"]
        if not names:
            return
        findings.start_over(names)
        if pieces is not None:
            pieces.forget(names)
        reading = self._reading(place, fingerprint)
        for parsed in self._parsed(reading, findings, names):
            columns = findings.take(parsed)
            if pieces is not None:
                pieces.add(columns, reading.share)

    def _parsed(
        self, reading: FileReading, findings: TableFindings, only: Sequence[str] | None = None
    ) -> Iterator[Parsed]:
        origin = str(reading.place)
        layout = Layout(self._dialect, self.header, self.columns, self.on_bad_rows == "drop")
        for rows in ahead(rows_of(utf8_blocks(reading.blocks(), self.encoding, origin), layout, origin)):
            if not findings.columns:
                check_columns(list(self.types or ()), rows.names, f"types of {origin}")
                findings.columns.update((name, ColumnFinding()) for name in self._roles.needed(rows.names, origin))
            columns = list(findings.columns) if only is None else only
            yield findings.parser.parse(rows, columns, findings.texts & set(columns))

    def _place(self, context: SourceContext) -> Path:
        self._check_options()
        return located(self.path, context.folder)

    def _reading(self, place: Path, expected: str | None = None) -> FileReading:
        return FileReading(place, Limits(max_bytes=self.max_bytes), expected)

    def _findings(self, place: Path) -> TableFindings:
        writing = Writing(
            MISSING if self.missing is None else self.missing, self.decimal, self.thousands, self.types or {}
        )
        return TableFindings(Parser(self._dialect, writing, str(place)), {}, self.infinite)

    @property
    def _dialect(self) -> Dialect:
        return Dialect(self.separator, self.quoting, self.skip_initial_space)

    @property
    def _roles(self) -> ColumnRoles:
        return ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)

    def _check_options(self) -> None:
        if len(self.separator) != 1 or self.separator in '"\r\n' or not self.separator.isascii():
            raise ConfigError(
                f"separator: {self.separator!r} is not one ASCII character that can part fields. "
                f'For a tab write separator: "\\t" in double quotes.'
            )
        if self.header and self.columns is not None:
            raise ConfigError("columns: the file's header names the columns. If it has none, set header: false.")
        for option, mark in (("decimal", self.decimal), ("thousands", self.thousands)):
            if mark is not None and (len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in '"+-\r\n'):
                raise ConfigError(f"{option}: {mark!r} is not one character that can stand inside a number.")
        if self.decimal == self.thousands:
            raise ConfigError(
                f"thousands: {self.thousands!r} is the decimal mark as well; a number could be read twice."
            )
