r"""Which characters make a term, and how many it needs: what a `token_pattern` says, as far as it is about runs.

>>> pattern = understood(r"(?u)\b\w\w+\b")
>>> pattern.shortest, pattern.atom
(2, '\\w')
>>> understood(r"[a-z]+(?:'[a-z]+)?") is None
True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_ATOM = r"(?:\\[wWsSdD]|\[(?:\\.|[^\]\\])+\])"
_PATTERN = re.compile(rf"(?:\(\?u\))?(\\b)?({_ATOM})(?:(\2*)\+|\{{(\d+),\}})(\\b)?")
_EVERY_CHARACTER = range(0x110000)


@dataclass(frozen=True)
class Runs:
    """Terms are the longest runs of characters of one class. atom: the class as a regular expression."""

    atom: str
    shortest: int


def understood(pattern: str) -> Runs | None:
    """Return what a pattern says; None where it says more than which runs of characters are terms."""
    parts = _PATTERN.fullmatch(pattern)
    if parts is None:
        return None
    opened, atom, more, least, closed = parts.groups()
    try:
        re.compile(atom)
    except re.error:
        return None
    # Runs of other characters than those of words may begin or end in the middle of a word.
    if (opened or closed) and atom != r"\w":
        return None
    return Runs(atom, int(least) if least else 1 + len(more or "") // len(atom))


@cache
def ranges_of(atom: str) -> tuple[tuple[int, int], ...]:
    """Return all characters that Python's `re` finds in a class, as ranges, both ends included."""
    text = "".join(map(chr, _EVERY_CHARACTER))
    return tuple((found.start(), found.end() - 1) for found in re.finditer(f"{atom}+", text))
