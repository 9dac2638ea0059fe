"""Rows written piece by piece: CSV, JSON lines, parquet; `-` is standard output, written as CSV.

A file appears under its name when all of it is there. Texts in CSV that a spreadsheet would take for a formula get an
apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import MappingProxyType
from typing import IO, Any, Protocol

from runner.errors import ConfigError, ResourceError
from runner.ship.pieces import STANDARD, parquet_of, suffix_of

#: A text that begins with one of these is a formula to a spreadsheet (CSV injection, CWE-1236).
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Writer(Protocol):
    """Takes pieces that all have the same columns."""

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        """Append rows."""
        ...

    def close(self) -> None:
        """Write what is due at the end."""
        ...


@contextmanager
def writing(place: str, *, overwrite: bool) -> Iterator[Writer]:
    """Write a file whole or not at all. Raises ConfigError where there is one, ResourceError without room."""
    suffix = suffix_of(place)
    if place == STANDARD:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        writer: Writer = _CsvWriter(sys.stdout)
        yield writer
        sys.stdout.flush()
        return
    if os.path.exists(place) and not overwrite:
        raise ConfigError(f"'{place}' is there already. Name another file, or say --overwrite.")
    partial = f"{place}.partial"
    try:
        with open(partial, "wb") as file:
            writer = _WRITING[suffix](file)
            yield writer
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, place)
    except OSError as error:
        raise ResourceError(f"'{place}' cannot be written: {error.strerror}") from error
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


class _CsvWriter:
    def __init__(self, file: IO[str]) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._begun = False

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        if not self._begun:
            self._rows.writerow([_cell(name) for name in piece])
            self._begun = True
        self._rows.writerows([[_cell(value) for value in row] for row in zip(*piece.values(), strict=True)])

    def close(self) -> None:
        pass


class _CsvFile(_CsvWriter):
    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        super().__init__(self._text)

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _JsonlFile:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        for row in zip(*piece.values(), strict=True):
            record = dict(zip(piece, row, strict=True))
            self._file.write(json.dumps(record, ensure_ascii=False, default=str).encode() + b"\n")

    def close(self) -> None:
        pass


class _ParquetFile:
    def __init__(self, file: IO[bytes]) -> None:
        self._parquet = parquet_of()
        self._file = file
        self._writer: Any = None

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        pyarrow = import_module("pyarrow")
        if self._writer is None:
            table = pyarrow.table(dict(piece))
            self._writer = self._parquet.ParquetWriter(self._file, table.schema)
        else:
            table = pyarrow.table(dict(piece), schema=self._writer.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _cell(value: Any) -> Any:
    """Return a value as a spreadsheet may read it."""
    if not isinstance(value, str) or not value.startswith(_FORMULAS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


_WRITING: Mapping[str, Callable[[IO[bytes]], Writer]] = MappingProxyType(
    {".csv": _CsvFile, ".jsonl": _JsonlFile, ".parquet": _ParquetFile}
)
