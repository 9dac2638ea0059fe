"""What a person is told of values that a cleaner changed: how many, in which columns, never what they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A note names no more columns than this.
_SHOWN = 10


def change_note(did: str, counts: Mapping[Any, int]) -> list[str]:
    """Return one note, or none where nothing changed. counts: name of a column -> values changed in it.

    >>> change_note("clipped", {"age": 12, "hours": 0, "gain": 1})
    ["clipped 12 values in 'age', 1 in 'gain'"]
    """
    changed = [(count, repr(str(name))) for name, count in counts.items() if count]
    if not changed:
        return []
    (count, name), *others = changed
    listed = [f"{_values(count)} in {name}", *(f"{count} in {name}" for count, name in others[: _SHOWN - 1])]
    more = f", and in {len(changed) - _SHOWN} more columns" if len(changed) > _SHOWN else ""
    return [f"{did} {', '.join(listed)}{more}"]


def array_note(did: str, count: int) -> list[str]:
    """Return one note of an array, which has no names, or none where nothing changed."""
    return [f"{did} {_values(count)}"] if count else []


def rows_told(rows: Any, shown: int = 5) -> str:
    """List the first of some row numbers for a message.

    >>> rows_told([3, 5, 8], shown=2)
    '3, 5, …'
    """
    numbers = [int(row) for row in rows]
    return ", ".join(map(str, numbers[:shown])) + (", …" if len(numbers) > shown else "")


def _values(count: int) -> str:
    return f"{count} value{'s' * (count != 1)}"
