"""What the values of a column are, when the column comes in pieces: its type is that of all pieces together.

>>> import pandas as pd
>>> kinds = [kind_of(pd.Series(piece)) for piece in ([1, 2], [None, 3.5], [None])]
>>> joint_kind(kinds).name
'number'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd

KindName = Literal["none", "boolean", "integer", "number", "text", "category", "date", "mixed"]

#: From here on not every whole number is a float64.
EXACT = 2**53


@dataclass(frozen=True)
class ColumnKind:
    """What a column holds. gaps: some values are missing; categories: all that were seen, for a category."""

    name: KindName
    gaps: bool = False
    categories: frozenset[Any] = frozenset()

    def __or__(self, other: ColumnKind) -> ColumnKind:
        """Return what both are together; whole numbers are numbers, everything else that differs is mixed."""
        names = {self.name, other.name} - {"none"}
        name: KindName = "mixed"
        if len(names) < 2:
            name = names.pop() if names else "none"
        elif names == {"integer", "number"}:
            name = "number"
        return ColumnKind(name, self.gaps or other.gaps, self.categories | other.categories)


NOTHING = ColumnKind("none")


def columns_of(frame: Any) -> dict[str, Any]:
    """Take a DataFrame apart: numbers and truths as arrays, all of a type at once for tables of very many columns;
    other columns as Series."""
    alike: dict[Any, list[int]] = {}
    columns = dict.fromkeys(frame.columns)
    for position, dtype in enumerate(frame.dtypes):
        if isinstance(dtype, np.dtype) and dtype.kind in "bif":
            alike.setdefault(dtype, []).append(position)
        else:
            columns[frame.columns[position]] = frame.iloc[:, position]
    for positions in alike.values():
        matrix = frame.iloc[:, positions].to_numpy()
        for place, position in enumerate(positions):
            columns[frame.columns[position]] = matrix[:, place]
    return columns


def kind_of(values: Any) -> ColumnKind:
    """Tell what a piece of a column, an array or a Series, holds. Whole numbers beyond int64 count as mixed."""
    if not len(values):
        return NOTHING
    if isinstance(values.dtype, pd.CategoricalDtype):
        return ColumnKind("category", bool(values.isna().any()), frozenset(values.cat.categories))
    letter = values.dtype.kind
    missing = np.isnan(values) if isinstance(values, np.ndarray) else values.isna()
    gaps = bool(missing.any())
    if letter in "bi":
        return ColumnKind("boolean" if letter == "b" else "integer", gaps)
    if gaps and missing.all():
        return ColumnKind("none", gaps=True)
    if letter in "fM":
        return ColumnKind("number" if letter == "f" else "date", gaps)
    return ColumnKind(_object_kind(values) if letter != "u" else "mixed", gaps)


def _object_kind(column: Any) -> KindName:
    if isinstance(column.dtype, pd.StringDtype):
        return "text"
    found = pd.api.types.infer_dtype(column, skipna=True)
    kinds: dict[str, KindName] = {"string": "text", "boolean": "boolean"}
    return kinds.get(found, "mixed")


def joint_kind(kinds: Iterable[ColumnKind]) -> ColumnKind:
    """Return what several pieces are together."""
    return reduce(ColumnKind.__or__, kinds, NOTHING)


def as_kind(values: Any, kind: ColumnKind) -> Any:
    """Write a piece like the whole column, of which it is a part: with gaps anywhere, whole numbers are floats and
    truths objects, as in pandas. values: an array or a Series."""
    wanted = dtype_of(kind)
    if values.dtype == wanted:
        return values
    if kind.name == "date":
        return pd.Series(pd.to_datetime(pd.Series(values))).astype(wanted)
    return (values if isinstance(wanted, np.dtype) else pd.Series(values)).astype(wanted)


def dtype_of(kind: ColumnKind) -> Any:
    """Return the type in which a whole column of a kind is kept."""
    if kind.name == "category":
        return pd.CategoricalDtype(sorted(kind.categories))
    if kind.name == "text":
        return pd.Series(["text"]).dtype
    if kind.name == "boolean":
        return np.dtype(object if kind.gaps else bool)
    if kind.name == "integer":
        return np.dtype(np.float64 if kind.gaps else np.int64)
    return np.dtype({"mixed": "O", "date": "datetime64[us]"}.get(kind.name, "f8"))


def joined(pieces: Sequence[Any], kind: ColumnKind) -> Any:
    """Join the pieces of a column, in their order, to a Series numbered from 0."""
    return pd.concat([pd.Series(as_kind(piece, kind)) for piece in pieces], ignore_index=True)
