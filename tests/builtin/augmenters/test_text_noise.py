import numpy as np
import pandas as pd
import pytest

from runner.data import MADE, Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.augmenters.text_noise import CharacterNoise

TEXT = "the quick brown fox jumps over the lazy dog " * 20


def noisy(augmenter, text=TEXT, seed=0):
    dataset = augmenter.augment(Dataset.of(pd.DataFrame({"t": [text]}), ["y"]), np.random.default_rng(seed))
    assert dataset.row_ids.tolist() == [0, MADE]
    assert dataset.features["t"].iloc[0] == text
    return dataset.features["t"].iloc[1]


def test_characters_are_put_in():
    text = noisy(CharacterNoise(share=0.1, slips=("insert",)))
    assert 30 < len(text) - len(TEXT) < 120
    assert len(text.split()) == len(TEXT.split())


def test_characters_are_left_out():
    text = noisy(CharacterNoise(share=0.1, slips=("delete",)))
    assert 30 < len(TEXT) - len(text) < 120


def test_characters_are_replaced_by_others_of_the_text():
    text = noisy(CharacterNoise(share=0.1, slips=("replace",)))
    assert len(text) == len(TEXT)
    assert 30 < sum(one != other for one, other in zip(text, TEXT, strict=True)) < 120
    assert set(text) <= set(TEXT)


def test_neighbours_are_swapped_inside_words():
    text = noisy(CharacterNoise(share=0.1, slips=("swap",)))
    assert text != TEXT
    assert [sorted(word) for word in text.split()] == [sorted(word) for word in TEXT.split()]


def test_any_script_stays_what_it_is():
    text = noisy(CharacterNoise(share=0.5), "四字熟語 花鳥風月 " * 10)
    assert text != "四字熟語 花鳥風月 " * 10
    assert set(text) <= set("四字熟語花鳥風月 ")


def test_spaces_and_empty_texts_stay():
    assert noisy(CharacterNoise(share=0.99, slips=("replace",)), " a ") == " a "
    assert noisy(CharacterNoise(share=0.99), "") == ""


def test_the_same_seed_makes_the_same_slips():
    one, two, other = (noisy(CharacterNoise(), seed=seed) for seed in (1, 1, 2))
    assert one == two != other


def test_arrays_of_texts_keep_every_character():
    dataset = CharacterNoise(share=0.9, slips=("insert",)).augment(
        Dataset.of(np.array(["abcd"])), np.random.default_rng(0)
    )
    assert len(dataset.features[1]) > 4


def test_no_kind_of_slip_is_refused():
    with pytest.raises(ConfigError, match="slips is empty"):
        noisy(CharacterNoise(slips=()))


def test_a_table_without_texts_is_refused():
    with pytest.raises(DataError, match="columns of augmenter 'character_noise': the table holds no texts"):
        CharacterNoise().augment(Dataset.of(pd.DataFrame({"n": [1]})), np.random.default_rng(0))
