"""Rows that a source refused, as a table that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

#: A cell that begins with one of these is a formula to a spreadsheet (CSV injection, CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rejected_table(rejected: Sequence[tuple[int, str, str]]) -> str:
    """Return the rows as CSV: line, reason, text. A text that a spreadsheet would compute begins with a quote.

    >>> print(rejected_table([(7, "3 fields instead of 2", "=cmd|calc,a,b")]).strip())
    line,reason,text
    7,3 fields instead of 2,"'=cmd|calc,a,b"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("line", "reason", "text"))
    for line, reason, text in rejected:
        writer.writerow((line, reason, f"'{text}" if text.startswith(_FORMULA) else text))
    return out.getvalue()
