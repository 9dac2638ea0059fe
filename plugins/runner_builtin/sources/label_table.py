"""A table that says of which class each file is."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.errors import DataError
from runner_builtin.column_roles import check_columns
from runner_builtin.sources.data_files import read_data_file
from runner_builtin.sources.file_collection import FileCollection
from runner_builtin.sources.file_selection import listed


@dataclass(frozen=True)
class LabelTable:
    """What a CSV file says of files. labels: by the file's name; fingerprint: of the table's bytes."""

    place: Path
    labels: Mapping[str, str]
    fingerprint: str

    @classmethod
    def read(cls, place: Path, file_column: str, label_column: str) -> LabelTable:
        """Read a table with a header, UTF-8, parted by commas. Raises DataError, also for files named twice."""
        file = read_data_file(str(place), place.parent)
        labels: dict[str, str] = {}
        for line, name, label in _records(file.text("utf-8"), place, file_column, label_column):
            if name in labels:
                raise DataError(f"{place}, line {line}: {name!r} has a label already; which one counts?")
            if not label.strip():
                raise DataError(f"{place}, line {line}: {name!r} has no label.")
            labels[name] = label
        return cls(place, labels, file.fingerprint)

    def of_each(self, files: FileCollection) -> list[str]:
        """Return the class of each file. Raises DataError where files and table do not name the same."""
        unnamed = [name for name in files.names if name not in self.labels]
        if unnamed:
            raise DataError(
                f"table: {self.place} gives no label for {len(unnamed):,} of {len(files.names):,} files of "
                f"{files.origin}: {listed(unnamed)}."
            )
        absent = sorted(set(self.labels) - set(files.names))
        if absent:
            raise DataError(
                f"table: {self.place} names {len(absent):,} files that {files.origin} has not: {listed(absent)}."
            )
        return [self.labels[name] for name in files.names]


def _records(text: str, place: Path, file_column: str, label_column: str) -> list[tuple[int, str, str]]:
    """Return the line, the file and the label of each record."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        check_columns([file_column, label_column], header, f"table {place}")
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise DataError(f"{place}, line {reader.line_num}: {error}.") from None
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(f"{place}, line {line}: it has {len(row)} fields, the header {len(header)}.")
    at_file, at_label = header.index(file_column), header.index(label_column)
    return [(line, row[at_file], row[at_label]) for line, row in rows]
