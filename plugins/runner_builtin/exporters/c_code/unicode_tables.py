"""How characters are lowered and stripped of accents, read off Python's own `str.lower` and `unicodedata`.

So tokens come out as scikit-learn's, whatever edition of Unicode this Python knows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

_EVERY_CHARACTER = range(0x110000)
_HANGUL = range(0xAC00, 0xD7A4)
CAPITAL_SIGMA = 0x3A3
Ranges = tuple[tuple[int, int], ...]


@cache
def lowering_runs() -> tuple[tuple[int, int, int, int], ...]:
    """Return (first, last, step, shift): every step-th character from first to last is lowered by adding shift."""
    runs: list[tuple[int, int, int, int]] = []
    for character in _EVERY_CHARACTER:
        lower = chr(character).lower()
        if character < 0x80 or character == CAPITAL_SIGMA or len(lower) != 1 or ord(lower) == character:
            continue
        shift = ord(lower) - character
        if runs and runs[-1][3] == shift and _goes_on(runs[-1], character):
            runs[-1] = (runs[-1][0], character, character - runs[-1][1], shift)
        else:
            runs.append((character, character, 1, shift))
    return tuple(runs)


def _goes_on(run: tuple[int, int, int, int], character: int) -> bool:
    first, last, step, _ = run
    distance = character - last
    return distance <= 2 and (first == last or distance == step)


@cache
def cased_and_ignorable() -> tuple[Ranges, Ranges]:
    """Return the characters that are cased, and those that are looked past, where a sigma's word may end."""
    cased, ignorable = [], []
    for character in _EVERY_CHARACTER:
        # "A" is cased and "1" is not; the sigma ends the word if the last character not looked past is cased
        after_cased = f"A{chr(character)}\N{GREEK CAPITAL LETTER SIGMA}".lower().endswith("ς")
        after_other = f"1{chr(character)}\N{GREEK CAPITAL LETTER SIGMA}".lower().endswith("ς")
        if after_other:
            cased.append(character)
        elif after_cased:
            ignorable.append(character)
    return _ranges(cased), _ranges(ignorable)


def _ranges(characters: Iterable[int]) -> Ranges:
    ranges: list[tuple[int, int]] = []
    for character in characters:
        if ranges and ranges[-1][1] == character - 1:
            ranges[-1] = (ranges[-1][0], character)
        else:
            ranges.append((character, character))
    return tuple(ranges)


@cache
def rewritings(accents: Literal["ascii", "unicode"] | None, *, lowered: bool) -> tuple[tuple[int, str], ...]:
    """Return the characters that are written otherwise, after they were lowered where that is one character.

    accents: how they are stripped. Hangul syllables are left out, as are characters beyond ASCII that `ascii` drops.
    """
    strip = _STRIPPING[accents]
    changed = []
    for character in _EVERY_CHARACTER:
        lower = chr(character).lower() if lowered else chr(character)
        # one that is lowered to one other character never gets this far
        written = strip(lower if len(lower) > 1 else chr(character))
        dropped = accents == "ascii" and character >= 0x80 and not written
        if written != chr(character) and not dropped and character not in _HANGUL:
            changed.append((character, written))
    return tuple(changed)


def _to_ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _without_marks(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


_STRIPPING: dict[str | None, Callable[[str], str]] = {
    None: lambda text: text,
    "ascii": _to_ascii,
    "unicode": _without_marks,
}
