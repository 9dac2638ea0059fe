"""Splits that are given: by a column of the table, or by a file that names each row's part."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from runner.errors import ConfigError, DataError
from runner.options import InputFile
from runner_builtin.splitters.fold_file import PARTS, Assignment, read_assignments
from runner_builtin.splitters.split_checks import column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: What a column may hold that says where a row belongs.
Value = str | bool | int | float


@dataclass(frozen=True, kw_only=True)
class ByColumn:
    """Part the rows by the values of a column, which is no feature.

    test, validation, train: the values that mean each part. train: None takes all other rows; where it is given, each
    value of the column must be named.
    """

    column: str
    test: list[Value]
    train: list[Value] | None = None
    validation: list[Value] | None = None

    sees_rows: ClassVar[bool] = True
    row_by_row: ClassVar[bool] = True

    @property
    def columns_taken(self) -> tuple[str, ...]:
        """Name the column, which only parts the rows."""
        return (self.column,)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there will be."""
        return 1

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray[np.intp], ...]]:
        """Give the one fold: training and test rows, or validation rows between them. X: the dataset, or a batch."""
        values = column_of(X, self.column, "by_column")
        _check_values(values, [*self.test, *(self.train or ()), *(self.validation or ())])
        tested = values.isin(self.test).to_numpy()
        validated = values.isin(self.validation or []).to_numpy()
        trained = ~(tested | validated) if self.train is None else values.isin(self.train).to_numpy()
        unnamed = values[~(tested | validated | trained)]
        if len(unnamed):
            shown = ", ".join(repr(value) for value in unnamed.unique()[:10].tolist())
            raise DataError(
                f"splitter 'by_column': {len(unnamed)} rows have a value in {self.column!r} that no part names: "
                f"{shown}. Name it, or leave 'train' out to train on all other rows."
            )
        parts = (trained, tested) if self.validation is None else (trained, validated, tested)
        yield tuple(np.flatnonzero(part) for part in parts)


def _check_values(column: Any, named: list[Value]) -> None:
    """Refuse a value named for two parts, and one that the column can never hold."""
    twice = [value for value, count in Counter(named).items() if count > 1]
    if twice:
        raise ConfigError(f"splitter 'by_column': {twice[0]!r} is named more than once; a row goes to one part.")
    if column.dtype.kind == "M":
        raise DataError(
            f"splitter 'by_column': column {column.name!r} holds dates. Split by 'time_holdout' or 'time_series', or "
            f"make it a column of parts in the data."
        )
    holds_numbers = column.dtype.kind in "biuf"
    holds_texts = not holds_numbers and len(column) > 0 and all(isinstance(value, str) for value in column.unique())
    for value in named:
        if (holds_numbers and isinstance(value, str)) or (holds_texts and not isinstance(value, str)):
            kind = "numbers" if holds_numbers else "texts"
            hint = "Write it without quotes" if holds_numbers else f"Write {str(value)!r} in quotes"
            raise DataError(
                f"splitter 'by_column': column {column.name!r} holds {kind}, and {value!r} is none. {hint}."
            )


@dataclass(frozen=True, kw_only=True)
class ByFile:
    """Part the rows as a file says, by row id.

    file: a CSV with the columns row_id and part (train, validation or test), or row_id and fold (tested on each fold
    once); or JSON: a list of such records, or {"folds": [{"train": [ids], "validation": [ids], "test": [ids]}, …]}.
    Each row must be named exactly once; ids of rows that are not there, such as those a cleaner dropped, are counted.
    """

    file: InputFile

    sees_rows: ClassVar[bool] = True

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray[np.intp], ...]]:
        """Give the folds of the file. X: the dataset."""
        path = Path(self.file)
        absent = 0
        for assignment in read_assignments(path):
            part_of_row, unknown = _looked_up(assignment, X.row_ids, path)
            absent = max(absent, unknown)
            present = [part for part in range(len(PARTS)) if part != 1 or (assignment.parts == 1).any()]
            yield tuple(np.flatnonzero(part_of_row == part) for part in present)
        if absent:
            warnings.warn(f"{absent} of the row ids in {path.name} are not among the {X.n_rows} rows", stacklevel=2)


def _looked_up(assignment: Assignment, row_ids: NDArray[Any], path: Path) -> tuple[NDArray[np.int8], int]:
    """Return the part of each row, and how many ids of the file are no row's. Raises DataError for rows not named."""
    ids, first = np.unique(assignment.row_ids, return_index=True)
    if len(ids) < len(assignment.row_ids):
        again = np.delete(assignment.row_ids, first)
        raise DataError(f"{path} names {_shown(np.unique(again))} more than once; a row goes to one part.")
    places = np.minimum(np.searchsorted(ids, row_ids), max(len(ids) - 1, 0))
    missing = row_ids[ids[places] != row_ids] if len(ids) else row_ids
    if len(missing):
        raise DataError(
            f"{path} does not name {_shown(np.sort(missing))} of the {len(row_ids)} rows. Each row needs a part, "
            f"or a cleaner that drops it."
        )
    return assignment.parts[first][places], len(ids) - len(row_ids)


def _shown(ids: NDArray[Any]) -> str:
    return f"{len(ids)} row id{'s' * (len(ids) > 1)} ({', '.join(map(str, ids[:5]))}{', …' * (len(ids) > 5)})"
