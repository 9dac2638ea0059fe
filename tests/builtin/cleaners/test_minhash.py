import numpy as np
import pytest

from runner_builtin.cleaners.minhash import (
    band_keys,
    band_width,
    character_shingles,
    jaccard,
    near_enough,
    signatures,
    word_shingles,
)


def exact(first, second, size):
    one, other = ({text[place : place + size] for place in range(len(text) - size + 1)} for text in (first, second))
    return len(one & other) / len(one | other)


def test_shingles_are_sets_in_ascending_order():
    (shingles,) = character_shingles(["abababab"], 2)
    assert len(shingles) == 2
    assert shingles[0] < shingles[1]


def test_the_similarity_of_shingles_is_that_of_the_texts():
    first, second = "the quick brown fox jumps over the lazy dog", "the quick brown cat jumps over the lazy dog"
    one, other = character_shingles([first, second], 5)
    assert jaccard(one, other) == pytest.approx(exact(first, second, 5), abs=1e-12)
    assert jaccard(one, one) == 1.0


def test_words_are_shingled_in_order():
    one, other, turned = word_shingles(["a b c", "a  b d", "c b a"], 2)
    assert jaccard(one, other) == pytest.approx(1 / 3)
    assert jaccard(one, turned) == 0.0


def test_a_short_text_is_one_shingle_and_equals_only_itself():
    sets = character_shingles(["ab", "ab", "ba", "abc", ""], 5)
    assert [len(one) for one in sets] == [1] * 5
    assert len({int(one[0]) for one in sets}) == 4


def test_any_character_can_be_shingled():
    one, other = character_shingles(["\ud800 \U0001f600 é", "\ud800 \U0001f601 é"], 1)
    assert jaccard(one, other) == pytest.approx(3 / 5)


def test_equal_places_of_signatures_estimate_the_similarity():
    rng = np.random.default_rng(0)
    words = [f"w{place}" for place in range(400)]
    for share in (0.1, 0.5, 0.9):
        kept = rng.random(400) < 2 * share / (1 + share)
        texts = [
            " ".join(words),
            " ".join(word if stays else f"x{word}" for word, stays in zip(words, kept, strict=True)),
        ]
        sets = word_shingles(texts, 1)
        one, other = signatures(sets, 1024, seed=3)
        assert np.mean(one == other) == pytest.approx(jaccard(*sets), abs=4 * 0.5 / 32)


def test_signatures_follow_from_the_seed():
    sets = character_shingles(["some text", "another text"], 3)
    assert np.array_equal(signatures(sets, 16, seed=1), signatures(sets, 16, seed=1))
    assert not np.array_equal(signatures(sets, 16, seed=1), signatures(sets, 16, seed=2))
    assert signatures([], 16, seed=1).shape == (0, 16)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 0.95, 1.0])
def test_bands_are_as_wide_as_finding_nearly_all_pairs_allows(threshold):
    width = band_width(128, threshold)
    missed = (1 - threshold**width) ** (128 // width)
    assert missed <= 0.001
    assert width == 128 or (1 - threshold ** (width + 1)) ** (128 // (width + 1)) > 0.001


def test_equal_values_in_different_bands_mean_nothing():
    signed = np.array([[1, 2, 3, 4] * 32, [3, 4, 1, 2] * 32], dtype=np.uint32)
    one, other = band_keys(signed, 0.05)
    assert band_width(128, 0.05) == 1
    assert not set(one) & set(other)


def test_only_what_may_be_near_enough_is_compared():
    signed = np.zeros((3, 100), dtype=np.uint32)
    signed[1, :10] = 1
    signed[2, :60] = 1
    assert near_enough(signed, 0, [1, 2], 0.8) == [1]
    assert near_enough(signed, 0, [1, 2], 0.5) == [1, 2]
    assert near_enough(signed, 0, [], 0.5) == []
