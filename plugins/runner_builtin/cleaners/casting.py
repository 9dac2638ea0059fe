"""Values of one column brought to one type, and which of them could not be.

Nothing is guessed: a text that is not wholly a value of the type is none. Missing values stay missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_YES_NO = {
    **dict.fromkeys(["true", "t", "yes", "y", "1", "1.0"], True),
    **dict.fromkeys(["false", "f", "no", "n", "0", "0.0"], False),
}
#: Beyond this, floats skip whole numbers.
_EXACT = 2**53


@dataclass(frozen=True)
class Writing:
    """How texts write values. thousands: what may part digits in threes; date_format: None is ISO 8601."""

    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None


def casted(column: Any, to: str, writing: Writing) -> tuple[Any, NDArray[np.bool_]]:
    """Return a Series in the new type, missing where a value could not be, and a mask of those values."""
    after = _CASTS[to](column, writing)
    return after, np.asarray(after.isna() & column.notna(), dtype=bool)


def _number(column: Any, writing: Writing) -> Any:
    if column.dtype.kind in "iuf":
        return column
    values = [_float(value, writing) for value in column.tolist()]
    return pd.Series(values, index=column.index, dtype=float)


def _float(value: Any, writing: Writing) -> float:
    """Return a finite number, NaN for all else."""
    if not isinstance(value, str):
        number = float(value) if isinstance(value, bool | int | float | np.number) else np.nan
        return number if np.isfinite(number) else np.nan
    text = _plain(value, writing)
    number = float(text) if text is not None and _NUMBER.fullmatch(text) else np.nan
    return number if np.isfinite(number) else np.nan


def _plain(text: str, writing: Writing) -> str | None:
    """Write a number the way programs do; None where its digits are not parted in threes."""
    text = text.strip()
    if writing.thousands is not None and writing.thousands in text:
        whole, point, fraction = text.partition(writing.decimal)
        first, *others = whole.split(writing.thousands)
        if not 1 <= len(first.lstrip("+-")) <= 3 or any(len(group) != 3 for group in others):
            return None
        text = "".join([first, *others]) + point + fraction
    if writing.decimal != ".":
        text = text.replace(".", "?").replace(writing.decimal, ".")
    return text


def _integer(column: Any, writing: Writing) -> Any:
    """Give int64 where nothing is missing, else whole floats, which every later step understands."""
    values = [_whole(value, writing) for value in column.tolist()]
    if all(value is not None for value in values):
        return pd.Series(values, index=column.index, dtype="int64")
    exact = [np.nan if value is None or abs(value) > _EXACT else float(value) for value in values]
    return pd.Series(exact, index=column.index, dtype=float)


def _whole(value: Any, writing: Writing) -> int | None:
    if isinstance(value, str):
        text = _plain(value, writing)
        if text is None:
            return None
        value = int(text) if _WHOLE.fullmatch(text) and len(text) < 30 else _float(value, writing)
    if not isinstance(value, bool | int | float | np.number) or not -(2**63) <= value < 2**63:
        return None
    return int(value) if value == int(value) else None


def _string(column: Any, writing: Writing) -> Any:
    """Write whole floats with their point, since they were read as such."""
    del writing
    present = column.notna().tolist()
    values = [str(value) if there else None for value, there in zip(column.tolist(), present, strict=True)]
    return pd.Series(values, index=column.index, dtype=None if any(present) else object)


def _boolean(column: Any, writing: Writing) -> Any:
    """Give bool where nothing is missing, else pandas' nullable one."""
    del writing
    values = [None if missing else _YES_NO.get(str(value).strip().casefold()) for value, missing in _pairs(column)]
    whole = all(value is not None for value in values)
    return pd.Series(values, index=column.index, dtype="bool" if whole else "boolean")


def _category(column: Any, writing: Writing) -> Any:
    del writing
    return column.astype("category")


def _date(column: Any, writing: Writing) -> Any:
    """Give times without a zone; those with an offset are brought to UTC. A number is no date."""
    if column.dtype.kind == "M":
        return column
    texts = [None if missing or isinstance(value, bool | int | float) else value for value, missing in _pairs(column)]
    given = pd.Series(texts, index=column.index, dtype=object)
    times = pd.to_datetime(given, errors="coerce", utc=True, format=writing.date_format or "ISO8601")
    return times.dt.tz_localize(None)


def _pairs(column: Any) -> list[tuple[Any, bool]]:
    return list(zip(column.tolist(), column.isna().tolist(), strict=True))


_CASTS: Mapping[str, Callable[[Any, Writing], Any]] = {
    "number": _number,
    "integer": _integer,
    "string": _string,
    "boolean": _boolean,
    "category": _category,
    "date": _date,
}
