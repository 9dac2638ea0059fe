from __future__ import annotations

import random
import unicodedata
from itertools import pairwise

import pytest
from sklearn.feature_extraction.text import strip_accents_ascii, strip_accents_unicode

from runner_builtin.exporters.c_code.unicode_tables import cased_and_ignorable, lowering_runs, rewritings


def test_every_character_is_lowered_as_python_does() -> None:
    lowered = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
    for first, last, step, shift in lowering_runs():
        lowered |= {character: character + shift for character in range(first, last + 1, step)}
    special = dict(rewritings(None, lowered=True))
    for character in range(0x110000):
        if character != 0x3A3:
            made = special.get(character, chr(lowered.get(character, character)))
            assert made == chr(character).lower(), hex(character)


def test_runs_do_not_meet() -> None:
    runs = lowering_runs()
    assert all(before[1] < after[0] for before, after in pairwise(runs))


def test_a_sigma_ends_a_word_where_python_says_so() -> None:
    cased, ignorable = cased_and_ignorable()
    rng = random.Random(0)
    choice = [rng.choice(ranges) for ranges in (cased, ignorable) for _ in range(60)]
    letters = [chr(rng.randint(first, last)) for first, last in choice] + list("1 a.A'")

    def among(ranges: tuple[tuple[int, int], ...], one: str) -> bool:
        return any(first <= ord(one) <= last for first, last in ranges)

    for _ in range(3000):
        before, after = ["".join(rng.choices(letters, k=rng.randrange(4))) for _ in range(2)]
        seen = [one for one in before if not among(ignorable, one)][-1:]
        follows = [one for one in after if not among(ignorable, one)][:1]
        ends = bool(seen) and among(cased, seen[0]) and not (follows and among(cased, follows[0]))
        lower = f"{before}Σ{after}".lower()
        assert lower[len(before.lower())] == ("ς" if ends else "σ"), (before, after)


@pytest.mark.parametrize(("accents", "strip"), [("ascii", strip_accents_ascii), ("unicode", strip_accents_unicode)])
def test_accents_are_stripped_as_scikit_learn_does(accents: str, strip) -> None:
    table = dict(rewritings(accents, lowered=False))
    for character in range(0x110000):
        one = chr(character)
        if 0xAC00 <= character < 0xD7A4 or 0xD800 <= character < 0xE000:
            continue
        gone = accents == "ascii" and character >= 0x80
        assert table.get(character, "" if gone else one) == strip(one), hex(character)


def test_hangul_is_taken_apart_by_reckoning() -> None:
    for syllable in ("가", "각", "힣"):
        place = ord(syllable) - 0xAC00
        parts = [0x1100 + place // 588, 0x1161 + place % 588 // 28, *([0x11A7 + place % 28] if place % 28 else [])]
        assert "".join(map(chr, parts)) == unicodedata.normalize("NFKD", syllable)
