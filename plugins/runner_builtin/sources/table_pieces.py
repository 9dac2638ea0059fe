"""A table that comes in pieces: kept column by column, so that joining it never needs it twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from runner.data import Dataset
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.column_types import NOTHING, ColumnKind, as_kind, dtype_of, joined, kind_of

#: Records left out on request: the line, the reason, the text of each.
Rejected = tuple[tuple[int, str, str], ...]
#: Why they are left out.
WRONG_WIDTH = "wrong number of fields"
#: The most rows of a batch.
BATCH_ROWS = 65536


class TablePieces:
    """The pieces of each column, in the order of their rows."""

    def __init__(self) -> None:
        self._columns: dict[str, ColumnPieces] = {}

    def add(self, columns: Mapping[str, Any], share: float) -> None:
        """Keep some more rows. columns: arrays or Series; share: how much of the file was read so far, up to 1."""
        for name, values in columns.items():
            if name not in self._columns:
                self._columns[name] = ColumnPieces()
            self._columns[name].add(values, share)

    def forget(self, names: Collection[str]) -> None:
        """Let go of some columns, which come again."""
        for name in names:
            self._columns.pop(name, None)

    def table(self, kinds: Mapping[str, ColumnKind]) -> Any:
        """Join what was kept, once: the pieces of a column are let go when it is whole."""
        columns = {name: self._columns.pop(name).joined(kind) for name, kind in kinds.items()}
        return pd.DataFrame(columns, copy=False)


class ColumnPieces:
    """The pieces of one column. Numbers are written into one array that is made as long as the whole will likely be:
    memory that was never written to costs nothing, but pieces let go one by one leave holes that fit nothing."""

    def __init__(self) -> None:
        self._kind = NOTHING
        self._numbers: Any = np.empty(0)
        self._count = 0
        self._others: list[Any] = []

    def add(self, values: Any, share: float) -> None:
        """Keep the values of some more rows. share: as for the table."""
        if not len(values):
            return
        self._kind = self._kind | kind_of(values)
        dtype = dtype_of(self._kind)
        if self._others or dtype.kind not in "bif":
            self._part_from_numbers()
            self._others.append(values.copy())
            return
        end = self._count + len(values)
        if self._numbers.dtype != dtype or len(self._numbers) < end:
            longer = np.empty(self._likely_length(end, share), dtype=dtype)
            if self._count:
                longer[: self._count] = self._numbers[: self._count]
            self._numbers = longer
        self._numbers[self._count : end] = values
        self._count = end

    def joined(self, kind: ColumnKind) -> Any:
        """Return all values, as an array or a Series numbered from 0."""
        if self._others:
            return joined(self._others, kind)
        return as_kind(self._numbers[: self._count], kind)

    def _likely_length(self, end: int, share: float) -> int:
        """Tell for how many rows to make room: a file of one block needs no more than it has."""
        if share < 1:
            return int(end / share * 1.05)
        return end + end // 2 if self._count else end

    def _part_from_numbers(self) -> None:
        if self._count:
            self._others.append(self._numbers[: self._count])
            self._numbers, self._count = np.empty(0), 0


def batches_of(
    tables: Iterable[tuple[Mapping[str, Any], Rejected]],
    kinds: Mapping[str, ColumnKind],
    roles: ColumnRoles,
    origin: str,
    fingerprint: str,
) -> Iterator[Dataset]:
    """Part tables into datasets of bounded size. tables: the columns of each, and the records left out of it.

    kinds: what the columns of the whole table are; every batch has its types.
    """
    first_row, held = 0, None
    left_out: Rejected = ()
    for table, more in tables:
        left_out += more
        typed = pd.DataFrame({name: as_kind(table[name], kind) for name, kind in kinds.items()}, copy=False)
        for start in range(0, len(typed), BATCH_ROWS):
            if held is not None:
                yield held
            rows = typed.iloc[start : start + BATCH_ROWS].reset_index(drop=True)
            held = with_rejected(roles.part_batch(rows, origin, fingerprint, first_row=first_row), left_out)
            left_out, first_row = (), first_row + len(rows)
    empty = roles.target is not None and kinds[roles.target].name == "none"
    roles.check_rows(first_row, origin, target_empty=empty)
    if held is not None:
        yield with_rejected(held, left_out)


def with_rejected(dataset: Dataset, rejected: Rejected) -> Dataset:
    """Tell of records that were left out of a table, and count them."""
    if not rejected:
        return dataset
    dropped = {**dataset.dropped, WRONG_WIDTH: dataset.dropped.get(WRONG_WIDTH, 0) + len(rejected)}
    return replace(dataset, rejected=(*dataset.rejected, *rejected), dropped=dropped)
