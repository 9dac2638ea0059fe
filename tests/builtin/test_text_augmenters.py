import numpy as np
import pandas as pd
import pytest

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner_builtin.text_augmenters import ReverseText

FRAME = pd.DataFrame({"text": ["one two  three", None], "title": ["a b", "c d"], "n": [1, 2]})


def made(augmenter, features):
    dataset = augmenter.augment(Dataset.of(features, np.arange(len(features))), np.random.default_rng(0))
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


@pytest.mark.parametrize(
    ("augmenter", "features", "told"),
    [
        (ReverseText(), FRAME[["n"]], r"holds no texts. The columns are: 'n' \(int64\)"),
        (ReverseText(columns=["n"]), FRAME, "holds no texts"),
        (ReverseText(columns=["texts"]), FRAME, "Did you mean 'text'"),
        (ReverseText(), np.eye(2), "needs texts"),
    ],
)
def test_what_is_no_text_is_refused(augmenter, features, told):
    with pytest.raises(DataError, match=told):
        made(augmenter, features)
