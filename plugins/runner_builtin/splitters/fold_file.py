"""Files that name the part of each row: CSV with a header, or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The parts of a fold, by number.
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Assignment:
    """One fold as the file gives it. row_ids: (n,) int64. parts: (n,) positions in `PARTS`."""

    row_ids: NDArray[np.int64]
    parts: NDArray[np.int8]


def read_assignments(path: Path) -> list[Assignment]:
    """Read the folds of a file. Raises DataError naming the file and the line or the place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the split file {path} cannot be read: {error}.") from error
    if path.suffix.lower() != ".json":
        return _of_records(_csv_records(text, path), path)
    try:
        told = json.loads(text)
    except ValueError as error:
        raise DataError(f"{path} is no JSON: {error}.") from error
    if isinstance(told, Mapping) and isinstance(told.get("folds"), list):
        return [_of_lists(fold, f"{path}: folds[{place}]") for place, fold in enumerate(told["folds"])]
    if isinstance(told, list):
        return _of_records([(f"entry {place}", entry) for place, entry in enumerate(told)], path)
    raise DataError(f'{path} holds neither a list of {{"row_id", "part"}} nor {{"folds": […]}}.')


def _csv_records(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.reader(text.splitlines(), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if "row_id" not in header or not {"part", "fold"} & set(header):
        raise DataError(f"{path}: the header is {', '.join(header)!r}; 'row_id,part' or 'row_id,fold' is due.")
    for cells in reader:
        if len(cells) != len(header):
            raise DataError(f"{path}, line {reader.line_num}: {len(cells)} fields, but the header has {len(header)}.")
        yield f"line {reader.line_num}", dict(zip(header, cells, strict=True))


def _of_records(records: Any, path: Path) -> list[Assignment]:
    """Understand one record for each row, with a part or with the fold in which it is tested."""
    ids, parts, folds = [], [], []
    for place, record in records:
        if not isinstance(record, Mapping) or len({"part", "fold"} & set(record)) != 1 or "row_id" not in record:
            raise DataError(
                f"{path}, {place}: a record has 'row_id' and either 'part' or 'fold'; here is {record!r}."
            )
        ids.append(_whole(record["row_id"], "row_id", f"{path}, {place}"))
        if "part" in record:
            parts.append(_part(record["part"], f"{path}, {place}"))
        else:
            folds.append(_whole(record["fold"], "fold", f"{path}, {place}"))
    if parts and folds:
        raise DataError(f"{path} gives some rows a part and others a fold; give all the same.")
    if not ids:
        raise DataError(f"{path} names no row.")
    row_ids = np.array(ids, dtype=np.int64)
    if parts:
        return [Assignment(row_ids, np.array(parts, dtype=np.int8))]
    tested = np.array(folds)
    return [Assignment(row_ids, np.where(tested == fold, 2, 0).astype(np.int8)) for fold in np.unique(tested)]


def _of_lists(fold: Any, where: str) -> Assignment:
    """Understand one list of row ids for each part."""
    if not isinstance(fold, Mapping) or set(fold) - set(PARTS) or not {"train", "test"} <= set(fold):
        raise DataError(f"{where}: a fold has lists of row ids named 'train', 'test' and perhaps 'validation'.")
    lists: list[Sequence[int]] = [
        [_whole(value, "row id", f"{where}, {name}") for value in fold.get(name, [])] for name in PARTS
    ]
    parts = np.repeat(np.arange(len(PARTS), dtype=np.int8), [len(ids) for ids in lists])
    return Assignment(np.array([value for ids in lists for value in ids], dtype=np.int64), parts)


def _whole(value: Any, name: str, where: str) -> int:
    try:
        if isinstance(value, float | bool):
            raise ValueError
        return int(value)
    except (ValueError, TypeError):
        raise DataError(f"{where}: {name} is {value!r}; a whole number is due.") from None


def _part(value: Any, where: str) -> int:
    if value not in PARTS:
        raise DataError(f"{where}: part is {value!r}; {', '.join(map(repr, PARTS))} are the parts.")
    return PARTS.index(value)
