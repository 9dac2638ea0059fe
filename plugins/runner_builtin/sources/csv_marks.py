"""Where the fields of delimited text end, found on the bytes as arrays.

Quotes are followed only where they are written as RFC 4180 (2005) has it: a quote opens at the start of a field,
closes at its end and is doubled inside. Then a separator or line end is outside of quotes exactly if an even number
of quotes stands before it. Text with stray quotes gets no answer here; the csv module reads that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LF, CR, QUOTE, ZERO, SPACE = b'\n\r"0 '


@dataclass(frozen=True)
class Marks:
    """The ends of the fields of a text: positions of shape (n_fields,), and which of them also end a record."""

    positions: NDArray[np.intp]
    closing: NDArray[np.bool_]

    def before(self, end: int) -> Marks:
        """Keep the ends before a position, where the last record ends without a line end."""
        count = int(np.searchsorted(self.positions, end))
        return Marks(np.append(self.positions[:count], end), np.append(self.closing[:count], True))


def marks_of(text: bytes, separator: str, *, quoting: bool, complete: bool) -> Marks | None:
    """Find the ends of fields; None for stray quotes. complete: the text does not go on, so a last CR ends a line."""
    data = np.frombuffer(text, dtype=np.uint8)
    found = data == ord(separator)
    found |= data == LF
    if b"\r" in text:
        found |= _lone_returns(data, complete)
    quoted = quoting and b'"' in text
    if quoted:
        found |= data == QUOTE
    positions = np.flatnonzero(found)
    marks = data[positions]
    if quoted:
        quotes = marks == QUOTE
        if not _well_formed(data, positions[quotes], ord(separator), complete):
            return None
        outside = (np.cumsum(quotes, dtype=np.uint8) & 1) == 0
        outside &= ~quotes
        positions, marks = positions[outside], marks[outside]
    return Marks(positions, marks != ord(separator))


def zero_padded(text: bytes, marks: Marks, width: int) -> NDArray[np.intp]:
    """Count per column the values that begin with a 0 before another digit, quoted or not; shape (width,)."""
    data = np.frombuffer(text, dtype=np.uint8)
    starts = np.empty_like(marks.positions)
    starts[:1] = 0
    np.add(marks.positions[:-1], 1, out=starts[1:])
    first = data.take(starts, mode="clip")
    set_in = (first == QUOTE) | (first == SPACE)
    if set_in.any():
        starts += set_in
        first = data.take(starts, mode="clip")
    candidates = np.flatnonzero(first == ZERO)
    following = data.take(starts[candidates] + 1, mode="clip")
    inside = starts[candidates] + 1 < marks.positions[candidates]
    padded = candidates[inside & (following - ZERO < 10)]
    return np.bincount(padded % width, minlength=width)


def _lone_returns(data: NDArray[np.uint8], complete: bool) -> NDArray[np.bool_]:
    """Find the CRs that end a line by themselves: not before LF, nor at an end after which LF may come."""
    lone = data == CR
    lone[:-1] &= data[1:] != LF
    if not complete:
        lone[-1] = False
    return lone


def _well_formed(data: NDArray[np.uint8], quotes: NDArray[np.intp], separator: int, complete: bool) -> bool:
    opening, closing = quotes[::2], quotes[1::2]
    if complete and len(opening) != len(closing):
        return False
    before = data[np.maximum(opening - 1, 0)]
    after = data[np.minimum(closing + 1, len(data) - 1)]
    opened = _borders(before, separator) | (opening == 0)
    closed = _borders(after, separator) | (closing == len(data) - 1)
    return bool(opened.all() and closed.all())


def _borders(data: NDArray[np.uint8], separator: int) -> NDArray[np.bool_]:
    return (data == separator) | (data == LF) | (data == CR) | (data == QUOTE)
