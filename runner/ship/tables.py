"""Files of rows, read and written piece by piece: CSV, JSON lines, parquet; `-` is standard input or output as CSV.

What is written to a file appears under its name when all of it is there. Texts in CSV that a spreadsheet would take
for a formula get an apostrophe in front.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Protocol

from runner.errors import ConfigError, DataError, PluginError, ResourceError

STANDARD = "-"
#: Columns by name, all of one length.
Piece = dict[str, list[Any]]
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Writer(Protocol):
    """Takes pieces that all have the same columns."""

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        """Append rows."""
        ...

    def close(self) -> None:
        """Write what is due at the end."""
        ...


def pieces(place: str, rows: int) -> Iterator[Piece]:
    """Read a file piece by piece, as texts where the format has no types. rows: of a piece, at most.

    Raises ConfigError for a suffix that is none of ours, DataError for a file that is not what it says.
    """
    reading = _READING[_suffix(place)]
    try:
        yield from reading(place, rows)
    except FileNotFoundError:
        raise DataError(f"'{place}' does not exist") from None
    except UnicodeDecodeError as error:
        raise DataError(f"'{place}' is no UTF-8 text ({error.reason} at byte {error.start})") from None


def _suffix(place: str) -> str:
    suffix = ".csv" if place == STANDARD else Path(place).suffix.lower()
    if suffix not in _READING:
        raise ConfigError(f"'{place}': rows are read and written as {', '.join(_READING)}, or '-' for CSV in a pipe")
    return suffix


def _csv_pieces(place: str, rows: int) -> Iterator[Piece]:
    with _opened(place) as file:
        lines = csv.reader(file, strict=True)
        try:
            header = next(lines, None)
            if not header:
                raise DataError(f"'{place}' has no header, which names the columns")
            twice = sorted({name for name in header if header.count(name) > 1})
            if twice:
                raise DataError(f"'{place}' has the column {twice[0]!r} twice")
            yield from _cut(place, lines, header, rows)
        except csv.Error as error:
            raise DataError(f"'{place}', line {lines.line_num}: {error}") from None


def _cut(place: str, lines: Any, header: list[str], rows: int) -> Iterator[Piece]:
    block: list[list[str]] = []
    for row in lines:
        if not row:
            continue
        if len(row) != len(header):
            raise DataError(f"'{place}', line {lines.line_num}: {len(row)} fields, and the header has {len(header)}")
        block.append(row)
        if len(block) == rows:
            yield {name: [row[column] for row in block] for column, name in enumerate(header)}
            block = []
    yield {name: [row[column] for row in block] for column, name in enumerate(header)}


@contextmanager
def _opened(place: str) -> Iterator[IO[str]]:
    if place == STANDARD:
        sys.stdin.reconfigure(encoding="utf-8-sig", newline="")  # type: ignore[union-attr]
        yield sys.stdin
        return
    with open(place, encoding="utf-8-sig", newline="") as file:
        yield file


def _jsonl_pieces(place: str, rows: int) -> Iterator[Piece]:
    names: list[str] = []
    block: list[dict[str, Any]] = []
    with open(place, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(f"'{place}', line {number}: no JSON ({error})") from None
            if not isinstance(record, dict):
                raise DataError(f"'{place}', line {number}: a mapping is expected, found {type(record).__name__}")
            names = names or list(record)
            if record.keys() - set(names):
                more = sorted(record.keys() - set(names))[0]
                raise DataError(
                    f"'{place}', line {number}: {more!r} is not in the first line, which names the columns"
                )
            block.append(record)
            if len(block) == rows:
                yield {name: [row.get(name) for row in block] for name in names}
                block = []
    yield {name: [row.get(name) for row in block] for name in names}


def _parquet_pieces(place: str, rows: int) -> Iterator[Piece]:
    parquet = _pyarrow()
    try:
        file = parquet.ParquetFile(place)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise DataError(f"'{place}' is no parquet file ({type(error).__name__})") from error
    with file:
        for batch in file.iter_batches(batch_size=rows):
            yield batch.to_pydict()


def _pyarrow() -> Any:
    try:
        from pyarrow import parquet  # an extra, for those files alone
    except ImportError:
        raise PluginError("parquet needs pyarrow: pip install 'runner-ml[parquet]'") from None
    return parquet


@contextmanager
def writing(place: str, *, overwrite: bool) -> Iterator[Writer]:
    """Write a file whole or not at all. Raises ConfigError where there is one already, ResourceError for a full disk."""
    suffix = _suffix(place)
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
        import io

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
        self._parquet = _pyarrow()
        self._file = file
        self._writer: Any = None

    def write(self, piece: Mapping[str, Sequence[Any]]) -> None:
        import pyarrow

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


_READING: Mapping[str, Callable[[str, int], Iterator[Piece]]] = MappingProxyType(
    {".csv": _csv_pieces, ".jsonl": _jsonl_pieces, ".parquet": _parquet_pieces}
)
_WRITING: Mapping[str, Callable[[IO[bytes]], Writer]] = MappingProxyType(
    {".csv": _CsvFile, ".jsonl": _JsonlFile, ".parquet": _ParquetFile}
)
