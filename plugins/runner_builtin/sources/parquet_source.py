"""Tables from parquet files. Reading them needs pyarrow, which is an extra of the distribution.

What a file will take in memory is judged from its footer before anything is unpacked, for a few kilobytes of parquet
can hold a table of many gigabytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError, PluginError
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.data_files import file_fingerprint, located, place_notes, unmoved
from runner_builtin.sources.table_pieces import BATCH_ROWS

#: How many rows with texts are unpacked at a time: one text may be written once and stand in every row.
TEXT_ROWS = 2048
_OPEN_ENDED = ("string", "binary", "string_view", "binary_view")


@dataclass(frozen=True, kw_only=True)
class ParquetSource:
    """Read a table from one parquet file; a named index becomes columns, an unnamed one is row numbers.

    path: relative to the folder of the run. Only columns that play a role are read. max_bytes: the most they may
    take unpacked. target: None where nothing is to be predicted. features: columns to keep, None for all but target
    and groups; drop: columns to leave out instead. Raises DataError; PluginError where pyarrow is missing.
    """

    path: str
    target: str | None = None
    max_bytes: Count = 2147483648
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the file's bytes."""
        return file_fingerprint(located(self.path, context.folder))

    def load(self, context: SourceContext) -> Dataset:
        """Return the table's rows in the order of the file."""
        place = located(self.path, context.folder)
        with unmoved(place):
            fingerprint, file = file_fingerprint(place), _opened(place)
            names = self._checked(file, place)
            try:
                table = _as_pandas(_read(file, names, self.max_bytes, place), file)[names]
            except (ValueError, OSError) as error:
                raise _unreadable(place, error) from error
        return self._roles.part_needed(table, str(place), fingerprint).noting(*place_notes(place, context.folder))

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows in batches; where whole numbers have gaps anywhere, every batch has floats."""
        place, first_row = located(self.path, context.folder), 0
        with unmoved(place):
            fingerprint, file = file_fingerprint(place), _opened(place)
            names = self._checked(file, place)
            try:
                types = _whole_types(file, names)
                rows = TEXT_ROWS if _texts(file, names) else BATCH_ROWS
                for part in file.iter_batches(batch_size=rows, columns=names):
                    table = _as_pandas(part, file)[names].astype(types)
                    batch = self._roles.part_batch(table, str(place), fingerprint, first_row=first_row)
                    yield batch if first_row else batch.noting(*place_notes(place, context.folder))
                    first_row += len(table)
            except (ValueError, OSError) as error:
                raise _unreadable(place, error) from error

    def _checked(self, file: Any, place: Path) -> list[str]:
        """Return the names of the columns to read, whose size was judged."""
        roles = self._roles
        names = roles.needed(_names(file), str(place))
        nested = [name for name in names if file.schema_arrow.field(name).type.num_fields]
        if nested:
            kind = file.schema_arrow.field(nested[0]).type
            raise DataError(
                f"{place}: column {nested[0]!r} holds {kind}; a value is a number, "
                f"a text, a date, true or false. Leave it out by drop, or flatten it before."
            )
        size = _size_in_memory(file, names)
        if size > self.max_bytes:
            raise _too_large(place, size, self.max_bytes)
        empty = (
            roles.target is not None and _null_counts(file, [roles.target])[roles.target] == file.metadata.num_rows
        )
        roles.check_rows(file.metadata.num_rows, str(place), target_empty=empty)
        return names

    @property
    def _roles(self) -> ColumnRoles:
        return ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)


def _opened(place: Path) -> Any:
    try:
        from pyarrow import parquet  # an extra: this module can be imported without it
    except ImportError as error:
        raise PluginError(
            "source 'parquet' needs pyarrow, which is not installed or too old: pip install 'runner-ml[parquet]'"
        ) from error
    try:
        return parquet.ParquetFile(place)
    except (ValueError, OSError) as error:
        raise _unreadable(place, error) from error


def _unreadable(place: Path, error: Exception) -> DataError:
    return DataError(f"{place} cannot be read as parquet: {error}")


def _index_names(file: Any) -> list[str]:
    """Name the columns that pandas wrote as an index; the numbers of a range are not written."""
    about = json.loads((file.schema_arrow.metadata or {}).get(b"pandas", b"{}"))
    return [name for name in about.get("index_columns", []) if isinstance(name, str)]


def _names(file: Any) -> list[str]:
    """Name all columns: those of a named index first, those of an unnamed one not at all."""
    index, all_names = _index_names(file), file.schema_arrow.names
    named = [name for name in index if not name.startswith("__index_level_") and name in all_names]
    return named + [name for name in all_names if name not in index]


def _as_pandas(table: Any, file: Any) -> Any:
    """Turn what was read into a DataFrame with pandas' own types, without an index."""
    about = json.loads((file.schema_arrow.metadata or {}).get(b"pandas", b"{}"))
    metadata = {b"pandas": json.dumps({**about, "index_columns": []}).encode()} if about else None
    return table.replace_schema_metadata(metadata).to_pandas()


def _texts(file: Any, names: list[str]) -> list[str]:
    """Name the columns whose size in memory the footer does not tell."""
    return [name for name in names if str(file.schema_arrow.field(name).type).removeprefix("large_") in _OPEN_ENDED]


def _read(file: Any, names: list[str], max_bytes: int, place: Path) -> Any:
    """Read some columns; texts piece by piece, so that one that repeats is found before it fills the memory."""
    texts = _texts(file, names)
    rest = file.read(columns=[name for name in names if name not in texts])
    if not texts:
        return rest
    parts, size = [], rest.nbytes
    for part in file.iter_batches(batch_size=TEXT_ROWS, columns=texts):
        parts.append(part)
        size += part.nbytes
        if size > max_bytes:
            raise _too_large(place, "more", max_bytes)
    columns = {name: [part.column(name) for part in parts] for name in texts}
    for name in texts:
        field = file.schema_arrow.field(name)
        rest = rest.append_column(field, columns[name]) if rest.num_columns else _alone(field, columns[name])
    return rest


def _alone(field: Any, pieces: list[Any]) -> Any:
    from pyarrow import Table, chunked_array, schema  # an extra, as in `_opened`

    return Table.from_arrays([chunked_array(pieces, field.type)], schema=schema([field]))


def _too_large(place: Path, size: int | str, max_bytes: int) -> DataError:
    return DataError(
        f"{place} has {place.stat().st_size} bytes, but its columns take {size} unpacked; allowed are "
        f"max_bytes: {max_bytes}. If the file is trusted, raise max_bytes, or name fewer features."
    )


def _size_in_memory(file: Any, names: list[str]) -> int:
    """Judge the bytes of some columns: as stored unpacked, or by their fixed width where that is more."""
    places = {file.metadata.schema.column(i).path: i for i in range(file.metadata.num_columns)}
    size = 0
    for name in names:
        groups = range(file.metadata.num_row_groups)
        stored = sum(file.metadata.row_group(g).column(places[name]).total_uncompressed_size for g in groups)
        size += max(stored, file.metadata.num_rows * _width(file.schema_arrow.field(name).type))
    return size


def _width(arrow_type: Any) -> int:
    try:
        return int(arrow_type.bit_width) // 8
    except ValueError:  # texts have no fixed width; each row takes at least its offset
        return 8


def _null_counts(file: Any, names: list[str]) -> dict[str, int]:
    """Count missing values by reading some columns in batches."""
    counts = dict.fromkeys(names, 0)
    for part in file.iter_batches(batch_size=BATCH_ROWS, columns=names):
        for name in names:
            counts[name] += part.column(name).null_count
    return counts


def _whole_types(file: Any, names: list[str]) -> dict[str, Any]:
    """Tell the types that batches must be given to be those of the whole: they change with gaps and categories."""
    empty = _as_pandas(file.schema_arrow.empty_table().select(names), file)
    types: dict[str, Any] = {}
    plain = [name for name in names if isinstance(empty[name].dtype, np.dtype) and empty[name].dtype.kind in "biu"]
    for name, count in (_null_counts(file, plain) if plain else {}).items():
        if count:
            types[name] = np.dtype(object if empty[name].dtype.kind == "b" else np.float64)
    for name in names:
        if isinstance(empty[name].dtype, pd.CategoricalDtype):
            types[name] = _as_pandas(file.read(columns=[name]).unify_dictionaries(), file)[name].dtype
    return types
