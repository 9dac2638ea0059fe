"""How Python reads characters, as tables: lower case, accents, and what is part of a word.

Nothing is left to a locale or to another engine's idea of Unicode: every character is tried here, by the very
functions that scikit-learn's vectorizers call, and the tables go into the graph.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

#: Codes of characters that no term holds: none of a word (or the end of a text), some other, some other space.
BREAK, OTHER, SPACE, FIRST = 0, 1, 2, 3
#: The capital letter whose lower case depends on its neighbours (Unicode, 3.13), and its two lower cases.
SIGMA, SMALL_SIGMA, FINAL_SIGMA = "\u03a3", "\u03c3", "\u03c2"
#: Code points of usual texts.
_USUAL = (range(0x250), range(0x2000, 0x2070))


@cache
def every_character() -> str:
    """Return all characters in order, without surrogates, which are none."""
    return "".join(map(chr, (*range(0xD800), *range(0xE000, sys.maxunicode + 1))))


@cache
def ranges(pattern: str) -> Sequence[tuple[int, int]]:
    """Return the code points, from and to, of the characters that a pattern of one character matches."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(f"(?:{pattern})+", every_character()):
        first, last = ord(match[0][0]), ord(match[0][-1])
        # the run may go on across the surrogates, which are left out
        found += [(first, 0xD7FF), (0xE000, last)] if first < 0xD800 <= last else [(first, last)]
    return found


def as_class(spans: Collection[tuple[int, int]]) -> str:
    """Write code points as a class that RE2 reads."""
    return "[" + "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in spans) + "]"


def accents_stripped(how: str | None) -> Callable[[str], str]:
    """Return what scikit-learn does to the accents of one character. how: "ascii", "unicode" or None."""
    if how == "ascii":
        return lambda text: unicodedata.normalize("NFKD", text).encode("ASCII", "ignore").decode("ASCII")
    if how == "unicode":
        return lambda text: "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return str


@dataclass(frozen=True)
class Alphabet:
    """Which characters count. known: those that terms are made of. word: a pattern of one character that words are
    made of, or None where texts are read character by character."""

    known: tuple[str, ...]
    lowercase: bool
    accents: str | None
    word: str | None

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Number the known characters from FIRST on."""
        return {character: code for code, character in enumerate(self.known, FIRST)}

    @property
    def heeds_sigma(self) -> bool:
        """Whether it matters which lower case a capital sigma has."""
        return self.lowercase and bool({SMALL_SIGMA, FINAL_SIGMA} & set(self.known))

    def spelled(self) -> dict[str, tuple[int, ...]]:
        """Return what each character becomes, as codes, for all that do not simply stay what they are."""
        changed = _changed(self.lowercase, self.accents)
        stay = {*self.known, *_usual()} - changed.keys()
        return {
            character: self._codes_of(changed.get(character, character)) for character in (*changed, *sorted(stay))
        }

    def code_of(self, character: str) -> int:
        """Return the code of one character as it stands in a changed text."""
        if character in self.codes:
            return self.codes[character]
        if self.word is None:
            return SPACE if character.isspace() else OTHER
        return OTHER if re.fullmatch(self.word, character) else BREAK

    def _codes_of(self, changed: str) -> tuple[int, ...]:
        codes = [self.code_of(character) for character in changed]
        breaks = self.word is not None
        return tuple(c for place, c in enumerate(codes) if not (breaks and place and c == codes[place - 1] == BREAK))


def _candidates() -> Iterator[str]:
    """Give every character that any function may change: none beyond the assigned planes does."""
    for character in every_character():
        if character < "\U00033480" or "\U000e0000" <= character < "\U000e0200":
            yield character


@cache
def _changed(lowercase: bool, accents: str | None) -> Mapping[str, str]:
    """Return the characters that do not stay what they are, and what they become."""
    strip = accents_stripped(accents)
    made = ((character, strip(character.lower() if lowercase else character)) for character in _candidates())
    return {character: changed for character, changed in made if changed != character}


@cache
def _usual() -> frozenset[str]:
    """Return characters to list in any case, so that usual texts need no regular expression; and all white space."""
    spaces = {character for character in every_character() if character.isspace()}
    return frozenset({chr(point) for span in _USUAL for point in span} | spaces)


def sigma_classes() -> tuple[str, str]:
    """Return classes of characters: those that make a sigma behind them final, and those that are looked past."""
    cased, passed = [], []
    for character in _candidates():
        if f"{character}{SIGMA}".lower().endswith(FINAL_SIGMA):
            cased.append(ord(character))
        elif f"A{character}{SIGMA}".lower().endswith(FINAL_SIGMA):
            passed.append(ord(character))
    return as_class(_spans(cased)), as_class(_spans(passed))


def _spans(points: list[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for point in points:
        if spans and spans[-1][1] == point - 1:
            spans[-1] = (spans[-1][0], point)
        else:
            spans.append((point, point))
    return spans
