"""One value of a database at a time: which kind of column it belongs to, and how it is read as another kind.

Databases hand out what a table of features has no place for: decimals, times with a zone, blobs, documents. Each is
either read in a way that is told, or refused with its column's name. Messages show no values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from runner.errors import DataError

#: What a column can be read as.
Kind = Literal["string", "integer", "number", "boolean", "date", "category"]

_KINDS: Mapping[type, Kind] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    Decimal: "number",
    str: "string",
    UUID: "string",
    datetime: "date",
    date: "date",
}
_BINARY = (bytes, bytearray, memoryview)
_DOCUMENTS = (dict, list)
_TRUTHS: Mapping[Any, bool] = {
    **dict.fromkeys((0, "0", "f", "false", "n", "no"), False),
    **dict.fromkeys((1, "1", "t", "true", "y", "yes"), True),
}
_REFUSED = object()


def common_kind(types: set[type], where: str) -> Kind | None:
    """Return the kind of column that has room for values of these types, None where all are missing.

    where: names the column. Raises DataError for values that have no place in a table, and for a mixture.
    """
    present = types - {type(None)}
    foreign = sorted(found.__name__ for found in present if found not in _KINDS)
    if foreign:
        raise DataError(f"{where} holds values of type {', '.join(foreign)}. {_advice(present)}")
    kinds = {_KINDS[found] for found in present}
    if kinds == {"integer", "number"}:
        return "number"
    if len(kinds) > 1:
        raise mixture(sorted(kinds), where)
    return next(iter(kinds), None)


def mixture(kinds: Sequence[str], where: str) -> DataError:
    """Return the error for a column of several kinds."""
    return DataError(f"{where} holds values of the kinds {' and '.join(kinds)}. Say in 'types' how to read it.")


def as_kind(values: Sequence[Any], kind: Kind, where: str, first_row: int) -> list[Any]:
    """Read values as a kind that was asked for; missing ones stay missing. Raises DataError (row and type)."""
    cast = _CASTS[kind]
    read = [None if value is None else _tried(cast, value) for value in values]
    if _REFUSED in read:
        place = read.index(_REFUSED)
        raise DataError(
            f"{where}: the value in row {first_row + place} (counted from 0), of type "
            f"{type(values[place]).__name__}, cannot be read as {kind}."
        )
    return read


def without_zone(moment: date | None) -> date | None:
    """Turn a time that knows its zone into the same moment of UTC; others are taken as they are."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def _tried(cast: Callable[[Any], Any], value: Any) -> Any:
    try:
        return cast(value)
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return _REFUSED


def _advice(present: set[type]) -> str:
    if present & set(_BINARY):
        return (
            "It is binary, or text that is not UTF-8: leave the column out ('drop', or in the query), "
            "or repair it in the database."
        )
    if present & set(_DOCUMENTS):
        return "Take single values out of it in the query, or keep it as text: set its type to string in 'types'."
    return "Turn it into numbers, texts or dates in the query, or keep it as text: set its type to string in 'types'."


def _string(value: Any) -> str:
    if isinstance(value, _BINARY):
        return bytes(value).decode("utf-8")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _DOCUMENTS):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return value.isoformat() if isinstance(value, date) else str(value)


def _integer(value: Any) -> int:
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError("it has decimals")
    return whole


def _truth(value: Any) -> bool:
    return _TRUTHS[value.strip().lower() if isinstance(value, str) else value]


def _date(value: Any) -> date:
    return value if isinstance(value, date) else datetime.fromisoformat(value)


_CASTS: Mapping[Kind, Callable[[Any], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": float,
    "boolean": _truth,
    "date": _date,
    "category": _string,
}
