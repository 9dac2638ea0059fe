import numpy as np
import pandas as pd
import pytest

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner_builtin.augmenters.text_augmenters import DeleteWords, ReverseText, SwapWords

FRAME = pd.DataFrame({"text": ["one two  three", None], "title": ["a b", "c d"], "n": [1, 2]})


LONG = pd.DataFrame({"text": [" ".join(f"w{number}" for number in range(50)), "alone", ""]})


def made(augmenter, features, seed=0):
    dataset = augmenter.augment(Dataset.of(features, np.arange(len(features))), np.random.default_rng(seed))
    n = len(features)
    assert dataset.row_ids.tolist() == [*range(n), *[MADE] * n]
    assert dataset.target.tolist() == [*range(n), *range(n)]
    return dataset.features[n:] if isinstance(features, np.ndarray) else dataset.features.iloc[n:]


def test_words_are_reversed_in_all_columns_of_texts():
    frame = made(ReverseText(), FRAME)
    assert frame["text"].iloc[0] == "three two one"
    assert frame["text"].isna().tolist() == [False, True]
    assert frame["title"].tolist() == ["b a", "d c"]
    assert frame["n"].tolist() == [1, 2]


def test_columns_can_be_chosen():
    frame = made(ReverseText(columns=["title"]), FRAME)
    assert frame["text"].iloc[0] == "one two  three"
    assert frame["title"].iloc[0] == "b a"


@pytest.mark.parametrize("dtype", [str, object])
def test_arrays_of_texts_are_reversed(dtype):
    assert made(ReverseText(), np.array(["a b", "c"], dtype=dtype)).tolist() == ["b a", "c"]


def test_the_input_is_not_changed():
    before = FRAME.copy()
    made(ReverseText(), FRAME)
    pd.testing.assert_frame_equal(FRAME, before)


def test_columns_can_be_chosen_by_pattern():
    frame = made(ReverseText(columns={"pattern": "^ti"}), FRAME)
    assert frame["title"].iloc[0] == "b a"
    assert frame["text"].iloc[0] == "one two  three"


def test_a_share_of_words_changes_places():
    text, alone, empty = made(SwapWords(share=0.1), LONG)["text"]
    before = LONG["text"][0].split()
    assert sorted(text.split()) == sorted(before)
    assert 2 <= sum(one != other for one, other in zip(text.split(), before, strict=True)) <= 10
    assert (alone, empty) == ("alone", "")


def test_at_least_one_pair_of_words_changes_places():
    assert made(SwapWords(share=0.01), pd.DataFrame({"t": ["a b"]}))["t"].tolist() == ["b a"]


def test_a_share_of_words_is_left_out_and_their_order_stays():
    text, alone, empty = made(DeleteWords(share=0.4), LONG)["text"]
    kept = text.split()
    assert 20 <= len(kept) <= 40
    assert [int(word[1:]) for word in kept] == sorted(int(word[1:]) for word in kept)
    assert (alone, empty) == ("alone", "")


def test_a_text_never_loses_all_its_words():
    texts = made(DeleteWords(share=0.99), pd.DataFrame({"t": ["a b c"] * 20}))["t"]
    assert set(texts) <= {"a", "b", "c"}
    assert len(set(texts)) > 1


@pytest.mark.parametrize("augmenter", [SwapWords(), DeleteWords(share=0.5)], ids=["swap_words", "delete_words"])
def test_the_same_seed_makes_the_same_texts(augmenter):
    one, two, other = (made(augmenter, LONG, seed)["text"].tolist() for seed in (1, 1, 2))
    assert one == two != other


@pytest.mark.parametrize(
    ("augmenter", "features", "told"),
    [
        (ReverseText(), FRAME[["n"]], r"holds no texts. The columns are: 'n' \(int64\)"),
        (ReverseText(columns=["n"]), FRAME, r"not a column of texts: 'n' \(int64\)"),
        (ReverseText(columns=["texts"]), FRAME, "Did you mean 'text'"),
        (ReverseText(), np.eye(2), "needs texts"),
        (SwapWords(), FRAME[["n"]], "columns of augmenter 'swap_words': the table holds no texts"),
        (
            DeleteWords(columns="a"),
            np.array(["b"]),
            "columns of augmenter 'delete_words': an array has no column names",
        ),
    ],
)
def test_what_is_no_text_is_refused(augmenter, features, told):
    with pytest.raises(DataError, match=told):
        made(augmenter, features)
