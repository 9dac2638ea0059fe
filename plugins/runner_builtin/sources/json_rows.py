"""JSON objects as rows of a table: flat, every key once, nothing that is not JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import pandas as pd

from runner.errors import DataError


def parsed_json(text: str, where: str, hint: str) -> Any:
    """Read JSON strictly: no key twice, no NaN. where: file and line; hint: what would be right. Raises DataError."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        line = "" if error.lineno == 1 else f", line {error.lineno}"
        raise DataError(f"{where}{line}, column {error.colno}: not JSON: {error.msg}. {hint}") from None
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None
    except RecursionError:
        raise DataError(f"{where}: lists and objects lie too deep in each other to be data.") from None


def checked_row(row: Any, where: str) -> dict[str, Any]:
    """Return a row that is a flat object. Raises DataError."""
    if not isinstance(row, dict):
        raise DataError(f"{where}: found a JSON {type(row).__name__}; each row must be one object, {{…}}.")
    for name, value in row.items():
        if isinstance(value, list | dict):
            raise DataError(
                f"{where}: {name!r} holds a {type(value).__name__}; a value is a number, a text, true, false "
                f"or null. Flatten it before."
            )
    return row


def table_of(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> Any:
    """Return rows as a DataFrame. names: of its columns; a key that a row lacks is a missing value."""
    return pd.DataFrame(list(rows), columns=list(names))


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"the key {', '.join(map(repr, twice))} is given twice; which value counts?")
    return row


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON; write null for a missing value.")
