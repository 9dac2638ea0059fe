"""Which column of a table plays which role: the target, the groups, the features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import ConfigError, DataError, did_you_mean
from runner.label_sets import text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ColumnRoles:
    """The roles a declaration gives to columns.

    target: the column to predict; None where there is nothing to predict. features: the columns to learn from;
    None means all others. drop: columns to leave out of these. drop_missing_target: drop the rows without a target,
    counted, instead of refusing the table.
    """

    target: str | None = None
    features: Sequence[str] | None = None
    drop: Sequence[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    def part(self, table: Any, origin: str, fingerprint: str) -> Dataset:
        """Part a DataFrame into a dataset. origin: how messages call the table. Raises DataError, ConfigError."""
        self.needed(list(table.columns), origin)
        return self.part_needed(table, origin, fingerprint)

    def part_needed(self, table: Any, origin: str, fingerprint: str) -> Dataset:
        """Part a DataFrame of which only the `needed` columns were read."""
        self.check_rows(len(table), origin, target_empty=self.target is not None and table[self.target].isna().all())
        return self.part_batch(table, origin, fingerprint, first_row=0)

    def part_batch(self, table: Any, origin: str, fingerprint: str, *, first_row: int) -> Dataset:
        """Part some rows of a larger table, whose names were checked. first_row: the number of the first of them."""
        names = self._feature_names(list(table.columns), origin)
        rows = Dataset.of(
            _columns(table, names),
            fingerprint=fingerprint,
            groups=None if self.groups is None else _group_array(table[self.groups], self.groups, origin),
        )
        rows = replace(rows, row_ids=rows.row_ids + first_row)
        if self.target is None:
            return rows
        missing = table[self.target].isna().to_numpy()
        self._check_target(missing, origin, first_row)
        labels = label_array(table[self.target][~missing], f"target: column {self.target!r} of {origin}")
        return replace(rows.drop(missing, "missing target"), target=labels)

    def check_rows(self, n_rows: int, origin: str, *, target_empty: bool) -> None:
        """Refuse a table without rows, or one that has no target in any. Raises DataError."""
        if not n_rows:
            raise DataError(f"{origin} has a header but no rows.")
        if target_empty:
            raise DataError(f"target: column {self.target!r} of {origin} is empty in all {n_rows} rows.")

    def needed(self, names: Sequence[Any], origin: str) -> list[str]:
        """Return the columns that play a role, in the order of the table. Raises DataError, ConfigError."""
        check_names(names, origin)
        self._check_columns(names, origin)
        wanted = {*self._feature_names(names, origin), self.target, self.groups}
        return [name for name in names if name in wanted]

    def _check_columns(self, names: Sequence[Any], origin: str) -> None:
        if self.features is not None and self.drop is not None:
            raise ConfigError("features and drop exclude each other: name the columns to keep, or to leave out.")
        check_columns([self.target] if self.target else [], names, f"target of {origin}")
        check_columns([self.groups] if self.groups else [], names, f"groups of {origin}")
        check_columns(self.features or [], names, f"features of {origin}")
        check_columns(self.drop or [], names, f"drop of {origin}")
        if self.target in (self.features or ()):
            raise ConfigError(f"features: {self.target!r} is the target; a model that sees it has nothing to learn.")

    def _feature_names(self, names: Sequence[Any], origin: str) -> list[Any]:
        if self.features is not None:
            kept = list(self.features)
        else:
            out = {self.target, self.groups, *(self.drop or ())}
            kept = [name for name in names if name not in out]
        if not kept:
            beside = "" if self.target is None else f" beside {self.target!r}"
            raise DataError(f"{origin} has no feature columns left{beside}.")
        return kept

    def _check_target(self, missing: NDArray[np.bool_], origin: str, first_row: int) -> None:
        rows = np.flatnonzero(missing) + first_row
        if len(rows) and not self.drop_missing_target:
            shown = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
            raise DataError(
                f"target: column {self.target!r} of {origin} has no value in {len(rows)} of {len(missing)} rows "
                f"(counted from 0: {shown}). Set drop_missing_target: true to drop these rows."
            )


def _columns(table: Any, names: Sequence[Any]) -> Any:
    """Select columns. What stays in its order is not copied, as `table[names]` would: it may fill half the memory."""
    kept, rest = set(names), table.copy(deep=False)
    for name in table.columns:
        if name not in kept:
            del rest[name]
    return rest if list(rest.columns) == list(names) else rest[list(names)]


def check_names(names: Sequence[Any], origin: str) -> None:
    """Refuse column names that are empty or used twice. Raises DataError listing them."""
    empty = [position for position, name in enumerate(names, start=1) if not str(name).strip()]
    if empty:
        raise DataError(
            f"{origin} has columns without a name (column {', '.join(map(str, empty))} of {len(names)}). "
            f"Name them in the file."
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"{origin} has several columns of the same name: {', '.join(map(repr, twice))}. "
            f"A name must say which column is meant; rename them in the file."
        )


def check_columns(wanted: Sequence[str], offered: Sequence[Any], where: str) -> None:
    """Refuse names that are no columns. Raises DataError with the nearest and the available ones."""
    names = [str(name) for name in offered]
    for name in wanted:
        if name not in names:
            hint = did_you_mean(name, names)
            columns = ", ".join(map(repr, names[:20])) + (f", … ({len(names)} in all)" if len(names) > 20 else "")
            near = f"{hint} " if hint.startswith("Did you mean") else ""
            raise DataError(f"{where}: there is no column {name!r}. {near}The columns are: {columns}.")


def label_array(column: Any, where: str) -> NDArray[Any]:
    """Turn a column without missing values into bools, ints, floats or fixed-width texts, shape (n_rows,).

    Lists of labels become texts such as "comedy;drama" (`runner.label_sets`). Raises DataError for other values, and
    for numbers mixed with texts.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufU":
        return np.asarray(column)
    values = column.tolist()
    if values and all(isinstance(value, list | tuple | set | np.ndarray) for value in values):
        return np.asarray([text_of(value) for value in values], dtype=str)
    texts = [isinstance(value, str) for value in values]
    if not all(texts) and (any(texts) or not all(isinstance(value, bool | int | float) for value in values)):
        kinds = sorted({type(value).__name__ for value in values})
        raise DataError(f"{where} holds {' and '.join(kinds)} values; write all as numbers or all as texts.")
    return np.asarray(values)


def _group_array(column: Any, name: str, origin: str) -> NDArray[Any]:
    missing = int(column.isna().sum())
    if missing:
        raise DataError(f"groups: column {name!r} of {origin} has no value in {missing} of {len(column)} rows.")
    return label_array(column, f"groups: column {name!r} of {origin}")
