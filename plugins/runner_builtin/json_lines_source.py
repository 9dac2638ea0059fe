"""Tables from JSON Lines: one JSON object per line, one row each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.data_files import DataFile, read_data_file


@dataclass(frozen=True, kw_only=True)
class JsonLinesSource:
    """Read a table from a JSON Lines file (UTF-8); a key that a line lacks, or null, is a missing value.

    path: relative to the folder of the run. Values are numbers, texts, true or false. features: columns to
    keep, None for all but target and groups; drop: columns to leave out instead. Raises DataError.
    """

    path: str
    target: str
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the file's bytes."""
        return read_data_file(self.path, context.folder).fingerprint

    def load(self, context: SourceContext) -> Dataset:
        """Return one row per line, in the order of the file; columns in the order of their first appearance."""
        file = read_data_file(self.path, context.folder)
        roles = ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)
        return roles.part(_table(file), str(file.path), file.fingerprint)


def _table(file: DataFile) -> Any:
    lines = file.text("utf-8").rstrip("\r\n").split("\n")
    rows = [_row(line, f"{file.path}, line {number}") for number, line in enumerate(lines, start=1)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame(rows, columns=columns)


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}, column {error.colno}: not JSON: {error.msg}. Each line is one object.") from None
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None
    if not isinstance(row, dict):
        raise DataError(f"{where}: found a JSON {type(row).__name__}; each line must be one object, {{…}}.")
    for name, value in row.items():
        if isinstance(value, list | dict):
            raise DataError(
                f"{where}: {name!r} holds a {type(value).__name__}; a value is a number, a text, true, false "
                f"or null. Flatten it before."
            )
    return row


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"the key {', '.join(map(repr, twice))} is given twice; which value counts?")
    return row


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON; write null for a missing value.")
