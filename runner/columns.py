"""Which columns of a table an option means: by name, by type, by pattern.

>>> import pandas as pd
>>> table = pd.DataFrame({"age": [1], "cap_gain": [2.0], "cap_loss": [0.0], "job": ["x"]})
>>> chosen_columns(table, {"types": ["number"], "except": ["age"]}, "columns")
['cap_gain', 'cap_loss']
>>> chosen_columns(table, {"pattern": "^cap_"}, "columns")
['cap_gain', 'cap_loss']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.errors import ConfigError, DataError, did_you_mean

#: What an option of type `runner.options.Columns` may hold; None where it may be left out.
Choice = str | Sequence[str] | Mapping[str, Any] | None

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "number": lambda dtype: dtype.kind in "iuf",
    "integer": lambda dtype: dtype.kind in "iu",
    "boolean": lambda dtype: dtype.kind == "b",
    "text": lambda dtype: dtype.kind in "OUT" and not _is_category(dtype),
    "category": lambda dtype: _is_category(dtype),
    "date": lambda dtype: dtype.kind == "M",
}


def chosen_columns(frame: Any, choice: Choice, where: str) -> list[str]:
    """Name the columns that an option means, in the order of the table where it names none; None means all.

    frame: a DataFrame. where: how messages call the option. Raises DataError for names that are no columns and for a
    choice that meets none, ConfigError for one that cannot be understood.
    """
    offered = [str(name) for name in frame.columns]
    if choice is None:
        return offered
    if isinstance(choice, str):
        choice = [choice]
    if isinstance(choice, Mapping):
        return _met(frame, choice, offered, where)
    _check_named(choice, offered, where)
    return list(choice)


def _met(frame: Any, choice: Mapping[str, Any], offered: list[str], where: str) -> list[str]:
    unknown = [key for key in choice if key not in ("types", "pattern", "except")]
    if unknown or not choice:
        raise ConfigError(
            f"{where}: {dict(choice)!r} is no choice of columns; give names, or 'types', 'pattern' and 'except'."
        )
    types, left_out = _listed(choice.get("types")), _listed(choice.get("except"))
    for name in types:
        if name not in _TYPES:
            raise ConfigError(f"{where}: there is no type {name!r} of columns. {did_you_mean(name, list(_TYPES))}")
    _check_named(left_out, offered, where)
    pattern = _compiled(choice.get("pattern"), where)
    met = [
        name
        for name, dtype in zip(offered, frame.dtypes, strict=True)
        if name not in left_out
        and (not types or any(_TYPES[wanted](dtype) for wanted in types))
        and (pattern is None or pattern.search(name))
    ]
    if not met:
        found = ", ".join(f"{name!r} ({dtype})" for name, dtype in zip(offered[:20], frame.dtypes, strict=False))
        raise DataError(f"{where}: {dict(choice)!r} meets no column. The columns are: {found}.")
    return met


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _compiled(pattern: Any, where: str) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as error:
        raise ConfigError(f"{where}: the pattern {pattern!r} is no regular expression: {error}.") from None


def _check_named(names: Sequence[str], offered: list[str], where: str) -> None:
    for name in names:
        if name not in offered:
            hint = did_you_mean(name, offered)
            near = f"{hint} " if hint.startswith("Did you mean") else ""
            columns = ", ".join(map(repr, offered[:20])) + (", …" if len(offered) > 20 else "")
            raise DataError(f"{where}: there is no column {name!r}. {near}The columns are: {columns}.")


def _is_category(dtype: Any) -> bool:
    return str(dtype) == "category"
