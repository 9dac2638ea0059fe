"""Texts of a file read by the type of the input they are for; an empty one is a missing value.

>>> from runner.ship.signature import Input
>>> typed(["3", "", "2.5"], Input("age", "FP64"))
[3, None, 2.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runner.errors import DataError
from runner.ship.signature import Input


def typed(texts: Sequence[str], one: Input) -> list[Any]:
    """Return values. Raises DataError naming the row, counted from 0, of one that is no number where one is due."""
    if one.datatype == "BYTES":
        return [text or None for text in texts]
    return [_number(text, one, row) for row, text in enumerate(texts)]


def _number(text: str, one: Input, row: int) -> Any:
    if not text:
        return None
    if one.datatype == "BOOL" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text) if len(text) < 19 and text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise DataError(f"input {one.name!r}, row {row}: expected a number, found {text!r:.100}") from None
