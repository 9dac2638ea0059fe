"""The records of a delimited file below its header, each of as many fields as there are names.

pandas alone turns a first field too many into an index and fills fields too few with missing values. So every
record is counted before pandas sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from runner.errors import ConfigError, DataError
from runner_builtin.column_roles import check_names
from runner_builtin.sources.csv_cutting import records_of
from runner_builtin.sources.csv_records import Dialect, Records
from runner_builtin.sources.table_pieces import Rejected

_SEPARATORS = (",", ";", "\t", "|")
_JSON = re.compile(r'\s*(\{\s*(["}]|$)|\[\s*([\[{"\]]|$))')


@dataclass(frozen=True)
class Layout:
    """What a delimited file looks like. columns: the names where there is no header; drop_bad: leave out records
    of another number of fields."""

    dialect: Dialect
    header: bool = True
    columns: list[str] | None = None
    drop_bad: bool = False


@dataclass(frozen=True)
class Rows:
    """Some of the rows of a file, and the records left out between them."""

    names: list[str]
    records: Records
    rejected: Rejected = ()


def rows_of(blocks: Iterable[bytes], layout: Layout, origin: str) -> Iterator[Rows]:
    """Give the rows in blocks, all of one width; at least one block, which may be empty. Raises DataError."""
    stream = records_of(blocks, layout.dialect, origin)
    first = next(stream, None)
    if first is None:
        raise DataError(f"{origin} holds nothing but line ends.")
    head = layout.dialect.fields(first.text(0))
    names = _names(head, layout, origin)
    below = first.after_first() if layout.header else first
    records = chain([below], stream)
    for found in records:
        wrong = found.widths != len(names)
        if not wrong.any():
            yield Rows(names, found)
        elif layout.drop_bad:
            yield _without(found, wrong, names, layout)
        else:
            raise _wrong_widths(chain([found], records), len(names), layout, origin)


def _without(found: Records, wrong: np.ndarray, names: list[str], layout: Layout) -> Rows:
    rejected = tuple(
        (found.line(row), f"{found.widths[row]} fields in place of {len(names)}", found.text(row))
        for row in np.flatnonzero(wrong).tolist()
    )
    return Rows(names, found.only(~wrong, layout.dialect), rejected)


def _wrong_widths(records: Iterator[Records], width: int, layout: Layout, origin: str) -> DataError:
    """Count the wrong records of the whole rest of the file."""
    count, shown = 0, []
    for found in records:
        rows = np.flatnonzero(found.widths != width)
        count += len(rows)
        shown += [f"line {found.line(row)} has {found.widths[row]}" for row in rows[: 5 - len(shown)].tolist()]
    return DataError(
        f"{origin}: {count} records have not {width} fields like the "
        f"{'header' if layout.header else 'option columns'}: {', '.join(shown)}{', …' if count > 5 else ''}. "
        f"Repair the file, set separator and quoting to fit it, or leave these records out by on_bad_rows: drop."
    )


def _names(head: list[str], layout: Layout, origin: str) -> list[str]:
    if not head:
        raise DataError(f"{origin} begins with a blank line; its first line must be the header or a record.")
    _refuse_json(head, layout, origin)
    if not layout.header and layout.columns is None:
        raise ConfigError(
            f"columns: {origin} is said to have no header, and its first line has {len(head)} fields; "
            f"give {len(head)} names."
        )
    names = head if layout.columns is None else layout.columns
    if len(head) == 1 and (layout.header or len(names) > 1):
        _check_separator(head[0], layout, origin)
    check_names(names, origin)
    return names


def _refuse_json(head: list[str], layout: Layout, origin: str) -> None:
    if layout.header and _JSON.match(layout.dialect.separator.join(head)):
        raise DataError(
            f"{origin} looks like JSON: it begins with {head[0].lstrip()[:1]!r}. If it is the data, use the source "
            f"'json' or 'json_lines'; else a server's message was saved in their place."
        )


def _check_separator(head: str, layout: Layout, origin: str) -> None:
    likely = max(_SEPARATORS, key=head.count)
    if head.count(likely):
        first = "header" if layout.header else "first line"
        raise DataError(
            f"{origin}: its {first} {head[:80]!r} holds no separator {layout.dialect.separator!r}, "
            f"but {likely!r} {head.count(likely)} times. Set separator: {likely!r}."
        )
