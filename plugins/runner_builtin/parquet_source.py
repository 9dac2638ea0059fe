"""Tables from parquet files. Reading them needs pyarrow, which is an extra of the distribution."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError, PluginError
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.data_files import DataFile, read_data_file


@dataclass(frozen=True, kw_only=True)
class ParquetSource:
    """Read a table from one parquet file; a named index becomes columns, an unnamed one is row numbers.

    path: relative to the folder of the run. features: columns to keep, None for all but target and groups;
    drop: columns to leave out instead. Raises DataError; PluginError where pyarrow is missing.
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
        """Return the table's rows in the order of the file."""
        file = read_data_file(self.path, context.folder)
        roles = ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)
        return roles.part(_index_as_columns(_table(file)), str(file.path), file.fingerprint)


def _table(file: DataFile) -> Any:
    try:
        return pd.read_parquet(io.BytesIO(file.content), engine="pyarrow")
    except ImportError as error:
        raise PluginError(
            "source 'parquet' needs pyarrow, which is not installed or too old: pip install 'runner-ml[parquet]'"
        ) from error
    except (ValueError, OSError) as error:
        raise DataError(f"{file.path} cannot be read as parquet: {error}") from error


def _index_as_columns(table: Any) -> Any:
    if any(name is not None for name in table.index.names):
        return table.reset_index()
    return table.reset_index(drop=True)
