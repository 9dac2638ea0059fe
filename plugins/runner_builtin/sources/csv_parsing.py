"""Rows of a delimited file turned into typed columns by pandas, a block at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runner.errors import DataError
from runner_builtin.sources.csv_marks import zero_padded
from runner_builtin.sources.csv_records import Dialect
from runner_builtin.sources.csv_rows import Rows
from runner_builtin.sources.declared_types import TypeName, declared, is_of, shape_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What stands for a missing value where the option `missing` says nothing else.
MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null")
#: Types that pandas finds by itself; the others are read as texts first.
_FOUND = ("integer", "number")
#: From 3.1 on pandas reads decimals to the last bit and deprecates the option that asked for it.
# TODO: drop when pandas 3.0 is gone.
_PANDAS = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT_FLOATS: dict[str, Any] = {} if _PANDAS >= (3, 1) else {"float_precision": "round_trip"}


@dataclass(frozen=True)
class Writing:
    """How values are written. missing: what stands for no value. types: declared ones, by column."""

    missing: Sequence[str] = MISSING
    decimal: str = "."
    thousands: str | None = None
    types: Mapping[str, TypeName] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """Rows with typed columns. rows: what they were read from, for messages and closer looks."""

    frame: Any
    rows: Rows


@dataclass(frozen=True)
class Parser:
    """Turns rows into typed columns. origin: the file's name in messages."""

    dialect: Dialect
    writing: Writing
    origin: str

    def parse(self, rows: Rows, columns: Sequence[str], texts: Collection[str]) -> Parsed:
        """Read some columns; those in `texts` stay texts. Raises DataError for values not of their declared type."""
        types = {name: kind for name, kind in self.writing.types.items() if name in columns}
        as_text = dict.fromkeys(texts, str) | {name: str for name, kind in types.items() if kind not in _FOUND}
        frame = self.table(rows, columns, as_text)
        if not len(frame):
            return Parsed(frame, rows)
        turned = {name: self._declared(frame[name], rows, name, kind) for name, kind in types.items()}
        if _EXACT_FLOATS:
            turned |= _too_large(frame, as_text)
        turned |= {name: self.texts(rows, name) for name in self._overflowed(frame, as_text)}
        return Parsed(frame.assign(**turned) if turned else frame, rows)

    def table(self, rows: Rows, columns: Sequence[str], types: Mapping[str, type]) -> Any:
        """Let pandas read some columns of rows that passed every check."""
        if not rows.records.content:
            return pd.DataFrame({name: np.empty(0) for name in columns}, columns=list(columns))
        content, header = rows.records.content, None
        if content.startswith(codecs.BOM_UTF8):  # inside a file it is a character, which pandas would leave out
            content, header = self.dialect.separator.join("x" for _ in rows.names).encode(), 0
            content += b"\n" + rows.records.content
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=self.dialect.separator,
            header=header,
            names=rows.names,
            usecols=None if len(columns) == len(rows.names) else list(columns),
            index_col=False,
            dtype=dict(types) or None,
            quoting=csv.QUOTE_MINIMAL if self.dialect.quoting else csv.QUOTE_NONE,
            skipinitialspace=self.dialect.skip_initial_space,
            keep_default_na=False,
            na_values=list(self.writing.missing),
            decimal=self.writing.decimal,
            thousands=self.writing.thousands,
            skip_blank_lines=False,
            low_memory=False,
            engine="c",
            **_EXACT_FLOATS,
        )
        expected = rows.records.count
        if len(frame) != expected:
            raise DataError(
                f"{self.origin}, from line {rows.records.line(0)} on, has {expected} records, "
                f"but pandas reads {len(frame)} of them."
            )
        return frame

    def texts(self, rows: Rows, column: str) -> Any:
        """Read one column as it is written."""
        return self.table(rows, [column], {column: str})[column]

    def padded(self, rows: Rows, columns: Sequence[str]) -> NDArray[np.intp]:
        """Count, for each of some columns, the values with leading zeros; shape (len(columns),)."""
        records = rows.records
        if records.marks is not None:
            counts = zero_padded(records.content, records.marks, len(rows.names))
            place = {name: position for position, name in enumerate(rows.names)}
            return counts[[place[name] for name in columns]]
        return np.array([self.texts(rows, name).str.match(r"0\d", na=False).sum() for name in columns], dtype=int)

    def _overflowed(self, frame: Any, as_text: Collection[str]) -> list[str]:
        """Name the columns that pandas turned to text for an integer beyond 64 bits: it then overlooks gaps."""
        found = [name for name, dtype in frame.dtypes.items() if dtype.kind == "O" and name not in as_text]
        return [name for name in found if frame[name].isin(self.writing.missing).any()]

    def _declared(self, column: Any, rows: Rows, name: str, kind: TypeName) -> Any:
        if kind in _FOUND and is_of(column, kind):
            return column.astype(np.float64) if kind == "number" else column
        texts = self.texts(rows, name) if kind in _FOUND else column
        turned, unfit = declared(self._plain(texts) if kind in _FOUND else texts, kind)
        if unfit.any():
            raise DataError(self._unfit(texts, unfit, rows, name, kind))
        return turned

    def _plain(self, texts: Any) -> Any:
        """Write numbers as Python does."""
        if self.writing.thousands is not None:
            texts = texts.str.replace(self.writing.thousands, "", regex=False)
        return texts if self.writing.decimal == "." else texts.str.replace(self.writing.decimal, ".", regex=False)

    def _unfit(self, texts: Any, unfit: NDArray[np.bool_], rows: Rows, name: str, kind: str) -> str:
        places = np.flatnonzero(unfit)
        shown = "; ".join(
            f"line {rows.records.line(place)} holds {shape_of(texts.iloc[place])}" for place in places[:5].tolist()
        )
        more = f"; and {len(places) - 5} more near by" if len(places) > 5 else ""
        return (
            f"types: column {name!r} of {self.origin} is declared {kind}, but {shown}{more}. "
            f"Correct the values, name them in missing, or declare another type."
        )


def _too_large(frame: Any, as_text: Collection[str]) -> dict[str, Any]:
    """Return as numbers what pandas before 3.1 turned to text for a number like 1e400, which is infinite."""
    turned = {}
    for name, dtype in frame.dtypes.items():
        if dtype.kind == "O" and name not in as_text and frame[name].astype(str).str.contains(r"[eE]\+?\d{3}$").any():
            try:
                turned[name] = frame[name].astype(np.float64)
            except ValueError:
                continue  # it is a column of texts, one of which ends like a number
    return turned
