"""JSON that every parser accepts: no NaN, no infinity, nothing guessed.

A number that is not finite becomes null, and where the whole is a mapping its dotted path is listed under
"non_finite", so that a reader can tell "was not a number" from "was not there".

>>> print(dumps({"loss": [0.5, float("nan")]}, indent=None))
{"loss": [0.5, null], "non_finite": ["loss.1"]}
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path, PurePath
from typing import Any, NoReturn

from runner.errors import IntegrityError
from runner.record.storage import write_bytes

NON_FINITE = "non_finite"


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """Return strict JSON. Takes what JSON has, and numpy scalars and arrays, paths, dates, dataclasses, enums.

    Raises TypeError, naming the place, for anything else: a record must not hold what no reader expects.
    """
    found: list[str] = []
    plain = _plain(value, (), found)
    if found and isinstance(plain, dict):
        plain[NON_FINITE] = [*plain.get(NON_FINITE, ()), *found]
    text = json.dumps(plain, indent=indent, ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair (a file name that is not UTF-8) has no bytes of its own, only a JSON escape.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def write(path: Path, value: Any) -> None:
    """Write `value` as strict JSON, whole or not at all, and wait until the disk has it."""
    write_bytes(path, (dumps(value) + "\n").encode())


def read(path: Path) -> Any:
    """Read strict JSON. Raises IntegrityError if the file is missing, unreadable or not strict JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError) as error:
        raise IntegrityError(
            f"'{path}' cannot be read as the JSON that a run writes: {error}. "
            "'runner verify' compares the whole run folder with what was written."
        ) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _plain(value: Any, path: tuple[str, ...], found: list[str]) -> Any:
    """Return `value` in JSON's own types; add the places of numbers that are not finite to `found`."""
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value, path, found)
        case str():
            return str(value)
        case int():
            return int(value)
        case float():
            if math.isfinite(value):
                return float(value)
            found.append(".".join(path))
            return None
        case Mapping():
            return _plain_mapping(value, path, found)
        case list() | tuple():
            return [_plain(item, (*path, str(place)), found) for place, item in enumerate(value)]
        case PurePath():
            return value.as_posix()
        case date():
            return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name), (*path, field.name), found) for field in fields(value)}
    return _plain(_from_numpy(value, path), path, found)


def _plain_mapping(value: Mapping[Any, Any], path: tuple[str, ...], found: list[str]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        name = _plain(key, path, found)
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise TypeError(f"{_place(path)} has the key {key!r}; a record's keys are texts or whole numbers")
        if str(name) in plain:
            raise TypeError(f"{_place(path)} has two keys that are written {str(name)!r}; keep one")
        plain[str(name)] = _plain(item, (*path, str(name)), found)
    return plain


def _from_numpy(value: Any, path: tuple[str, ...]) -> Any:
    """Return a numpy scalar or array as Python numbers, texts and lists. Does not import numpy: it came in."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        if value.dtype.kind in "biufUO":
            return value.tolist()
        if value.dtype.kind in "mM":
            return value.astype(str).tolist()
    raise TypeError(
        f"{_place(path)} is {value!r} of type {type(value).__qualname__}, which a record cannot hold; "
        "give numbers, texts, lists, mappings, paths, dates, dataclasses or numpy arrays of those"
    )


def _place(path: tuple[str, ...]) -> str:
    return repr(".".join(path)) if path else "the record itself"
