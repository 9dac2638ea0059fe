from __future__ import annotations

import re

import pytest

from runner_builtin.onnx.alphabets import (
    BREAK,
    FIRST,
    OTHER,
    SPACE,
    Alphabet,
    accents_stripped,
    as_class,
    every_character,
    ranges,
    sigma_classes,
)


@pytest.mark.parametrize("pattern", [r"\w", "[a-z\u0401]"])
def test_the_ranges_of_a_pattern_are_the_characters_that_python_matches(pattern: str) -> None:
    inside = {point for first, last in ranges(pattern) for point in range(first, last + 1)}
    assert inside == {ord(sign) for sign in every_character() if re.fullmatch(pattern, sign)}


def test_ranges_are_written_as_re2_reads_them() -> None:
    assert as_class([(65, 90), (0x1F642, 0x1F642)]) == r"[\x{41}-\x{5A}\x{1F642}-\x{1F642}]"


def test_known_characters_have_codes_and_others_are_told_apart_by_what_they_are() -> None:
    words = Alphabet(("a", "b"), lowercase=True, accents=None, word=r"\w")
    assert [words.code_of(sign) for sign in "abx-"] == [FIRST, FIRST + 1, OTHER, BREAK]
    signs = Alphabet((" ", "a"), lowercase=True, accents=None, word=None)
    assert [signs.code_of(sign) for sign in " a\nx"] == [FIRST, FIRST + 1, SPACE, OTHER]


def test_a_character_becomes_what_python_makes_of_it() -> None:
    spelled = Alphabet(("i", "s"), lowercase=True, accents=None, word=r"\w").spelled()
    assert spelled["I"] == (FIRST,)
    assert spelled["İ"] == (FIRST, BREAK)  # an i and a dot above, which is no letter
    bare = Alphabet(("e", "f", "i"), lowercase=False, accents="unicode", word=r"\w").spelled()
    assert bare["é"] == (FIRST,)
    assert bare["\u0301"] == ()
    assert bare["ﬁ"] == (FIRST + 1, FIRST + 2)


def test_accents_go_as_scikit_learn_takes_them() -> None:
    assert accents_stripped("unicode")("é½") == "e1⁄2"
    assert accents_stripped("ascii")("é½ж") == "e12"
    assert accents_stripped(None)("é") == "é"


def test_what_makes_a_sigma_final_is_asked_of_python() -> None:
    cased, passed = sigma_classes()
    assert r"\x{41}-\x{5A}" in cased
    assert r"\x{27}-\x{27}" in passed  # an apostrophe is looked past


def test_sigmas_matter_only_where_one_is_known() -> None:
    assert Alphabet(("ς",), lowercase=True, accents=None, word=r"\w").heeds_sigma
    assert not Alphabet(("ς",), lowercase=False, accents=None, word=r"\w").heeds_sigma
    assert not Alphabet(("a",), lowercase=True, accents=None, word=r"\w").heeds_sigma
