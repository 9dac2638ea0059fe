"""Tables from text files with separators: CSV, TSV and their kin, read strictly.

pandas alone turns a first field too many into an index and fills fields too few with missing values. So
every record's fields are counted against the header first, and pandas reads only a file that passed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.column_roles import ColumnRoles, check_names
from runner_builtin.data_files import DataFile, read_data_file

#: What stands for a missing value where the option `missing` says nothing else.
MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null")
#: From 3.1 on pandas reads decimals to the last bit and deprecates the option that asked for it.
# TODO: drop when pandas 3.0 is gone.
_PANDAS = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT_FLOATS: dict[str, Any] = {} if _PANDAS >= (3, 1) else {"float_precision": "round_trip"}
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, kw_only=True)
class CsvSource:
    """Read a table from a CSV file; every record must have as many fields as the header.

    path: relative to the folder of the run. header: False takes the names from `columns`. quoting: False
    reads quote characters as ordinary text. missing: what stands for a missing value; None means an empty
    field, NA, N/A, #N/A, NaN, nan, NULL or null. Blank lines at the end are no records. features: columns
    to keep, None for all but target and groups; drop: columns to leave out instead. Raises DataError.
    """

    path: str
    target: str
    separator: str = ","
    header: bool = True
    columns: list[str] | None = None
    quoting: bool = True
    encoding: str = "utf-8"
    missing: list[str] | None = None
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the file's bytes."""
        return read_data_file(self.path, context.folder).fingerprint

    def load(self, context: SourceContext) -> Dataset:
        """Return the table's rows in the order of the file."""
        self._check_options()
        file = read_data_file(self.path, context.folder)
        text = file.text(self.encoding).rstrip("\r\n")
        names = self._names(text, file)
        count = self._check_field_counts(text, len(names), file)
        table = self._table(text, names)
        if len(table) != count:
            raise DataError(f"{file.path} has {count} records, but pandas reads {len(table)} of them.")
        roles = ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)
        return roles.part(table, str(file.path), file.fingerprint)

    def _check_options(self) -> None:
        if len(self.separator) != 1 or self.separator in '"\r\n':
            raise ConfigError(
                f"separator: {self.separator!r} is not one character that can part fields. "
                f'For a tab write separator: "\\t" in double quotes.'
            )
        if self.header and self.columns is not None:
            raise ConfigError("columns: the file's header names the columns. If it has none, set header: false.")

    def _names(self, text: str, file: DataFile) -> list[str]:
        first = next((fields for _, fields in self._records(text, file)), [])
        if not self.header and self.columns is None:
            raise ConfigError(
                f"columns: {file.path} is said to have no header, and its first line has {len(first)} fields; "
                f"give {len(first)} names."
            )
        names = first if self.columns is None else self.columns
        check_names(names, str(file.path))
        if self.header and len(names) == 1:
            self._check_separator(names[0], file)
        return names

    def _check_separator(self, header: str, file: DataFile) -> None:
        likely = max(_SEPARATORS, key=header.count)
        if header.count(likely):
            raise DataError(
                f"{file.path}: its header {header[:80]!r} holds no separator {self.separator!r}, "
                f"but {likely!r} {header.count(likely)} times. Set separator: {likely!r}."
            )

    def _check_field_counts(self, text: str, width: int, file: DataFile) -> int:
        """Count the records below the header; all must have `width` fields."""
        wrong = []
        count = -int(self.header)
        for line, fields in self._records(text, file):
            count += 1
            if len(fields) != width:
                wrong.append(f"line {line} has {len(fields)}")
        if wrong:
            raise DataError(
                f"{file.path}: {len(wrong)} records have not {width} fields like the "
                f"{'header' if self.header else 'option columns'}: {', '.join(wrong[:5])}"
                f"{', …' if len(wrong) > 5 else ''}. Repair the file, or set separator and quoting to fit it."
            )
        return count

    def _records(self, text: str, file: DataFile) -> Iterator[tuple[int, list[str]]]:
        """Give each record's first line, counted from 1, and its fields."""
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=self.separator, quoting=self._csv_quoting, strict=True
        )
        line = 1
        with _field_limit(len(text) + 1):
            try:
                for fields in reader:
                    yield line, fields
                    line = reader.line_num + 1
            except csv.Error as error:
                raise DataError(
                    f"{file.path}, record at line {line}: {error}. If quote characters are ordinary text "
                    f"in this file, set quoting: false; otherwise close the quote."
                ) from None

    def _table(self, text: str, names: list[str]) -> Any:
        return pd.read_csv(
            io.StringIO(text, newline=""),
            sep=self.separator,
            header=0 if self.header else None,
            names=names,
            index_col=False,
            quoting=self._csv_quoting,
            keep_default_na=False,
            na_values=list(MISSING if self.missing is None else self.missing),
            skip_blank_lines=False,
            low_memory=False,
            **_EXACT_FLOATS,
        )

    @property
    def _csv_quoting(self) -> Any:
        return csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE


@contextmanager
def _field_limit(limit: int) -> Iterator[None]:
    """Let a field be as long as the file, for as long as it is read: the csv module allows 128 KiB."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
