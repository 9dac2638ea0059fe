"""Files of rows read piece by piece: CSV, JSON lines, parquet; `-` is standard input, read as CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from runner.errors import ConfigError, DataError, PluginError

STANDARD = "-"
#: Columns by name, all of one length.
Piece = dict[str, list[Any]]
SUFFIXES = (".csv", ".jsonl", ".parquet")


def pieces(place: str, rows: int) -> Iterator[Piece]:
    """Read a file piece by piece, as texts where the format has no types. rows: of a piece, at most.

    Raises ConfigError for a suffix that is none of ours, DataError for a file that is not what it says.
    """
    reading = _READING[suffix_of(place)]
    try:
        yield from reading(place, rows)
    except OSError as error:
        raise DataError(f"'{place}' cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"'{place}' is no UTF-8 text ({error.reason} at byte {error.start})") from None


def suffix_of(place: str) -> str:
    """Return which of `SUFFIXES` a file has. Raises ConfigError for another."""
    suffix = ".csv" if place == STANDARD else Path(place).suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(f"'{place}': rows are read and written as {', '.join(SUFFIXES)}, or '-' for CSV in a pipe")
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
    parquet = parquet_of()
    try:
        file = parquet.ParquetFile(place)
    except OSError:
        raise
    except Exception as error:
        raise DataError(f"'{place}' is no parquet file ({type(error).__name__})") from error
    with file:
        for batch in file.iter_batches(batch_size=rows):
            yield batch.to_pydict()


def parquet_of() -> Any:
    """Return pyarrow's module of such files. Raises PluginError without the extra."""
    try:
        return import_module("pyarrow.parquet")  # an extra, for those files alone
    except ImportError:
        raise PluginError("parquet needs pyarrow: pip install 'runner-ml[parquet]'") from None


_READING: Mapping[str, Callable[[str, int], Iterator[Piece]]] = MappingProxyType(
    {".csv": _csv_pieces, ".jsonl": _jsonl_pieces, ".parquet": _parquet_pieces}
)
