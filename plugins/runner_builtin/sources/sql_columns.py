"""Columns of a table that comes out of a database in blocks of rows.

A whole number stays one. Beside a missing value or a decimal it becomes a float, as everywhere in tables, but only
where that float is the very number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from runner.errors import DataError
from runner_builtin.column_roles import check_columns, check_names
from runner_builtin.sources import column_types
from runner_builtin.sources.column_types import EXACT, NOTHING, ColumnKind
from runner_builtin.sources.sql_values import Kind, as_kind, common_kind, mixture, without_zone

Block = Sequence[Sequence[Any]]


class BlockColumn:
    """What is known of one column so far. where: how messages call it; stated: the kind to read it as, if any."""

    def __init__(self, where: str, stated: Kind | None) -> None:
        self.kind: ColumnKind = NOTHING
        self._where = where
        self._stated = stated
        self._n_rows = 0
        self._largest = 0
        self._decimals = 0
        self._zoned = 0
        self._zoneless = 0

    def read(self, values: Sequence[Any]) -> Any:
        """Take in the next values; return them as a Series that has lost none of them. Raises DataError."""
        if self._stated is None:
            types = set(map(type, values))
            kind = common_kind(types, self._where)
            self._decimals += sum(type(value) is Decimal for value in values) if Decimal in types else 0
        else:
            kind, values = self._stated, as_kind(values, self._stated, self._where, self._n_rows)
        piece = self._piece(values, kind)
        together = self.kind | column_types.kind_of(piece)
        if together.name == "mixed":
            raise mixture(sorted({self.kind.name, column_types.kind_of(piece).name}), self._where)
        self.kind = together
        self._check_exact()
        self._n_rows += len(values)
        return piece

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the values were read."""
        told = []
        if self._decimals:
            told.append(
                f"{self._where}: {self._decimals:,} decimals were read as floats of about 16 digits; "
                f"as string (option 'types') they keep every digit"
            )
        if self._zoned:
            told.append(f"{self._where}: {self._zoned:,} times with a zone were read as times of UTC")
        return told

    def _piece(self, values: Sequence[Any], kind: Kind | None) -> Any:
        if kind is None:
            return pd.Series([None] * len(values), dtype=object)
        if kind == "integer":
            return self._integers(values)
        if kind == "number":
            return self._numbers(values)
        if kind == "date":
            return self._moments(values)
        if kind == "boolean":
            return pd.Series(values, dtype=object if None in values else bool)
        texts = pd.Series([None if value is None else str(value) for value in values])
        return texts.astype("category") if kind == "category" else texts

    def _numbers(self, values: Sequence[Any]) -> Any:
        self._see_whole_numbers([value for value in values if type(value) is int])
        numbers = np.array(values, dtype=float)
        if np.isinf(numbers).any():
            raise DataError(
                f"{self._where} holds infinite numbers, which no model takes; turn them into NULL in the query, "
                f"or leave the column out."
            )
        return pd.Series(numbers)

    def _integers(self, values: Sequence[Any]) -> Any:
        self._see_whole_numbers([value for value in values if value is not None])
        if self._largest >= 2**63:
            raise DataError(
                f"{self._where} holds whole numbers beyond 64 bits; read it as string or number (option 'types')."
            )
        return pd.Series(pd.array(values, dtype="Int64"))

    def _see_whole_numbers(self, numbers: Sequence[int]) -> None:
        self._largest = max(self._largest, max(map(abs, numbers), default=0))

    def _check_exact(self) -> None:
        as_floats = self.kind.name == "number" or (self.kind.name == "integer" and self.kind.gaps)
        if as_floats and self._largest > EXACT and self._stated != "number":
            raise DataError(
                f"{self._where} holds whole numbers beyond 2^53 beside missing values or decimals; as floats they "
                f"would change. Read it as string (option 'types')."
            )

    def _moments(self, values: Sequence[Any]) -> Any:
        zoned = sum(isinstance(value, datetime) and value.tzinfo is not None for value in values)
        self._zoned += zoned
        self._zoneless += sum(value is not None for value in values) - zoned
        if self._zoned and self._zoneless:
            raise DataError(f"{self._where} holds times with a zone and times without; convert them in the query.")
        return pd.Series(np.array([without_zone(value) for value in values], dtype="datetime64[us]"))


class BlockTable:
    """A table that grows. types: how to read columns, by name; needed: names of the columns to look into."""

    def __init__(self, names: Sequence[str], origin: str, types: Mapping[str, Kind], needed: Collection[str]) -> None:
        check_names(names, origin)
        check_columns(list(types), names, f"types of {origin}")
        self._columns = {
            place: (name, BlockColumn(f"column {name!r} of {origin}", types.get(name)))
            for place, name in enumerate(names)
            if name in needed
        }
        self._pieces: dict[int, list[Any]] = {place: [] for place in self._columns}

    def add(self, block: Block) -> None:
        """Keep one block for `whole`."""
        for place, piece in self._read(block):
            self._pieces[place].append(piece)

    def look(self, block: Block) -> None:
        """Learn the types of one block, and keep nothing of it."""
        for _ in self._read(block):
            pass

    def frame(self, block: Block) -> Any:
        """Return one block as a DataFrame, of the types that all rows so far have room in; nothing is kept."""
        read = dict(self._read(block))
        return pd.DataFrame(
            {name: column_types.as_kind(read[place], column.kind) for place, (name, column) in self._columns.items()}
        )

    def whole(self) -> Any:
        """Join what was kept to one DataFrame, once: the pieces of each column are let go on the way."""
        columns = {
            name: column_types.joined(self._pieces.pop(place), column.kind)
            for place, (name, column) in self._columns.items()
        }
        return pd.DataFrame(columns, copy=False)

    def is_empty(self, name: str | None) -> bool:
        """Say whether a column has had no value yet."""
        return any(known == name and column.kind.name == "none" for known, column in self._columns.values())

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the values were read."""
        return [note for _, column in self._columns.values() for note in column.notes]

    def _read(self, block: Block) -> Iterator[tuple[int, Any]]:
        by_column = list(zip(*block, strict=True))
        for place, (_, column) in self._columns.items():
            yield place, column.read(by_column[place])
