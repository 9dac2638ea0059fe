"""Tables from Excel workbooks (.xlsx). Reading them needs openpyxl, which is an extra of the distribution.

What is read are the values that Excel stored; a formula that no program has computed yet holds none.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError, PluginError, did_you_mean
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles, check_names
from runner_builtin.sources.data_files import file_fingerprint, located, place_notes, unmoved

#: What Excel writes for a value that is not available; other errors of formulas are faults.
_NOT_AVAILABLE = "#N/A"
_FAULTS = ("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, kw_only=True)
class ExcelSource:
    """Read a table from one sheet of an Excel workbook; an empty cell and #N/A are missing values.

    path: relative to the folder of the run. sheet: its name; may be left out where there is only one. header_row: the
    row that names the columns, counted from 1; rows above it are passed over. Blank rows at the end are no rows.
    max_bytes: the most that the workbook may unpack to. target: None where nothing is to be predicted. features:
    columns to keep, None for all but target and groups; drop: columns to leave out instead. Raises DataError;
    PluginError where openpyxl is missing.
    """

    path: str
    sheet: str | None = None
    header_row: Count = 1
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
        """Return the sheet's rows in their order."""
        place = located(self.path, context.folder)
        with unmoved(place):
            fingerprint = file_fingerprint(place)
            _check_size(place, self.max_bytes)
            sheet = _Sheet.read(place, self.sheet, computed=True)
            names, rows = sheet.table(self.header_row)
            if any(None in values for values in rows.values()):
                _Sheet.read(place, self.sheet, computed=False).refuse_uncomputed(sheet, self.header_row)
        roles = ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)
        table = pd.DataFrame(list(rows.values()), columns=names)
        return roles.part(table, sheet.origin, fingerprint).noting(
            *place_notes(place, context.folder), *sheet.notes(names)
        )


@dataclass(frozen=True)
class _Sheet:
    """The cells of a sheet. rows: from row 1 on, each without the empty cells at its end."""

    origin: str
    rows: list[list[Any]]

    @classmethod
    def read(cls, place: Path, sheet: str | None, *, computed: bool) -> _Sheet:
        """Read a sheet. computed: the values that formulas gave, in place of the formulas. Raises DataError."""
        workbook = _workbook(place, computed=computed)
        try:
            chosen = workbook[_chosen(workbook.sheetnames, sheet, place)]
            chosen.reset_dimensions()  # what the file says of its size may be wrong, and would cut the table
            rows = [[None if cell.value == "" else cell.value for cell in row] for row in chosen.iter_rows()]
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise DataError(f"{place} cannot be read as a workbook: {error}") from error
        finally:
            workbook.close()
        return cls(f"{place}, sheet {chosen.title!r}", [_without_end(row) for row in rows])

    def table(self, header_row: int) -> tuple[list[str], dict[int, list[Any]]]:
        """Return the names and, by row counted from 1, the values of all columns. Raises DataError."""
        if header_row > len(self.rows) or not self.rows[header_row - 1]:
            raise DataError(
                f"{self.origin}: row {header_row} is blank; set header_row to the one that names the columns."
            )
        names = ["" if value is None else str(value) for value in self.rows[header_row - 1]]
        check_names(names, self.origin)
        last = max(row for row, values in enumerate(self.rows, start=1) if values)
        rows = {row: self._row(row, len(names)) for row in range(header_row + 1, last + 1)}
        return names, rows

    def _row(self, row: int, width: int) -> list[Any]:
        values = self.rows[row - 1]
        if not values:
            raise DataError(f"{self.origin}: row {row} is blank, but rows follow; delete it in the workbook.")
        if len(values) > width:
            raise DataError(
                f"{self.origin}: row {row} has {len(values)} cells, but the header has {width}. "
                f"Name all columns, or clear the cells beside the table."
            )
        faults = [column for column, value in enumerate(values) if value in _FAULTS]
        if faults:
            raise DataError(
                f"{self.origin}: cell {_cell(row, faults[0])} holds the error {values[faults[0]]}; correct its "
                f"formula."
            )
        return [None if value == _NOT_AVAILABLE else value for value in values] + [None] * (width - len(values))

    def refuse_uncomputed(self, computed: _Sheet, header_row: int) -> None:
        """Refuse formulas that have no value in the computed sheet. Raises DataError."""
        formulas = [
            _cell(row, column)
            for row in range(header_row + 1, len(self.rows) + 1)
            for column, value in enumerate(self.rows[row - 1])
            if value is not None and computed.value(row, column) is None
        ]
        if formulas:
            raise DataError(
                f"{self.origin}: {len(formulas)} formulas have no stored value ({', '.join(formulas[:5])}"
                f"{', …' if len(formulas) > 5 else ''}). Open the workbook in a spreadsheet program and save it."
            )

    def value(self, row: int, column: int) -> Any:
        """Return the value of a cell; None where it is empty. row: from 1; column: from 0."""
        values = self.rows[row - 1] if row <= len(self.rows) else []
        return values[column] if column < len(values) else None

    def notes(self, names: Sequence[str]) -> list[str]:
        """Tell how many values were not available, by column."""
        counts = [
            sum(row[column : column + 1] == [_NOT_AVAILABLE] for row in self.rows) for column in range(len(names))
        ]
        return [
            f"column {name!r}: {count} values are {_NOT_AVAILABLE} and count as missing"
            for name, count in zip(names, counts, strict=True)
            if count
        ]


def _workbook(place: Path, *, computed: bool) -> Any:
    try:
        import openpyxl  # an extra: this module can be imported without it
    except ImportError as error:
        raise PluginError("source 'excel' needs openpyxl: pip install 'runner-ml[excel]'") from error
    try:
        return openpyxl.load_workbook(place, read_only=True, data_only=computed)
    except (
        KeyError,
        ValueError,
        OSError,
        zipfile.BadZipFile,
        openpyxl.utils.exceptions.InvalidFileException,
    ) as error:
        raise DataError(f"{place} cannot be read as a workbook: {error}") from error


def _check_size(place: Path, max_bytes: int) -> None:
    """Refuse what is no .xlsx, and what would unpack to more than was allowed. Raises DataError."""
    with place.open("rb") as file:
        start = file.read(len(_OLD_OR_LOCKED))
    if start == _OLD_OR_LOCKED:
        raise DataError(f"{place} is an old .xls workbook or one with a password; save it as .xlsx without one.")
    try:
        with zipfile.ZipFile(place) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{place} is no .xlsx workbook: {error}") from error
    if size > max_bytes:
        raise DataError(
            f"{place} unpacks to {size} bytes, more than max_bytes: {max_bytes}. "
            f"If the file is trusted, raise max_bytes."
        )


def _chosen(names: Sequence[str], sheet: str | None, place: Path) -> str:
    if sheet is None and len(names) > 1:
        raise ConfigError(f"sheet: {place} has {len(names)} sheets: {', '.join(map(repr, names[:20]))}. Name one.")
    if sheet is not None and sheet not in names:
        raise DataError(f"sheet: {place} has no sheet {sheet!r}. {did_you_mean(sheet, names)}")
    return names[0] if sheet is None else sheet


def _without_end(row: list[Any]) -> list[Any]:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _cell(row: int, column: int) -> str:
    """Name a cell as Excel does. row: from 1; column: from 0.

    >>> _cell(3, 27)
    'AB3'
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
