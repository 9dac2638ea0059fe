import json

import numpy as np
import pandas as pd
import pytest

from runner.data import MADE, Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.augmenters.synonyms import Synonyms

LIST = {"good": ["fine", "well made"], "film": ["movie"]}
FRAME = pd.DataFrame({"t": ["A (good) film, good!", "nothing here", None], "n": [1, 2, 3]})


def made(augmenter, frame=FRAME, seed=0):
    dataset = augmenter.augment(Dataset.of(frame, np.arange(len(frame))), np.random.default_rng(seed))
    n = len(frame)
    assert dataset.row_ids.tolist() == [*range(n), *[MADE] * n]
    assert dataset.features["t"].iloc[0] == frame["t"].iloc[0]
    return dataset.features["t"].iloc[n:].tolist()


def test_words_are_replaced_and_what_is_around_them_stays():
    text, other, _ = made(Synonyms(synonyms={"good": ["fine"], "film": ["movie"]}, share=0.99))
    assert text == "A (fine) movie, fine!"
    assert other == "nothing here"


def test_missing_texts_stay_missing():
    assert pd.isna(made(Synonyms(synonyms=LIST))[2])


def test_only_a_share_of_the_words_is_replaced_but_at_least_one():
    text = " ".join(["good"] * 20)
    for share, count in ((0.01, 1), (0.5, 10)):
        (changed,) = made(Synonyms(synonyms={"good": ["fine"]}, share=share), pd.DataFrame({"t": [text]}))
        assert changed.split().count("fine") == count


def test_upper_and_lower_case_are_one_and_a_capital_stays():
    (text,) = made(Synonyms(synonyms={"GOOD": ["fine"]}, share=0.99), pd.DataFrame({"t": ["Good GOOD good"]}))
    assert text == "Fine Fine fine"


def test_all_synonyms_are_drawn():
    texts = {made(Synonyms(synonyms=LIST), pd.DataFrame({"t": ["good"]}), seed)[0] for seed in range(20)}
    assert texts == {"fine", "well made"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.json", json.dumps(LIST)),
        ("list.JSON", "\ufeff" + json.dumps(LIST)),
        ("list.txt", "# words\n\ngood: fine, well made\n film :movie,\n"),
    ],
)
def test_the_list_may_be_a_file(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    for seed in range(5):
        assert made(Synonyms(file=str(path)), seed=seed)[:2] == made(Synonyms(synonyms=LIST), seed=seed)[:2]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"good: fine\nbad fine\n", "a.txt, line 2 is 'bad fine'; 'word: synonym, synonym' is due"),
        ("a.txt", b"good: fine\ngood: nice\n", "a.txt, line 2 lists 'good' again"),
        ("a.txt", b"good: fine\nGood: nice\n", "lists 'Good' twice but for upper and lower case"),
        ("a.txt", b"good:\n", "'good' has ..; a list of texts is due"),
        ("a.txt", b"# none\n", "holds no mapping from words to lists"),
        ("a.txt", b"g\xf6od: fine\n", "is not in UTF-8 .byte 1"),
        ("a.json", b"{", "a.json is no JSON"),
        ("a.json", b"[]", "holds no mapping"),
        ("a.json", b'{"good": "fine"}', "'good' has 'fine'; a list of texts is due"),
        ("a.json", b'{"very good": ["fine"]}', "'very good' is no single word"),
        ("a.json", b'{"good!": ["fine"]}', "'good!' is no single word without punctuation"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=told):
        made(Synonyms(file=str(path)))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"cannot read .*none\.txt: No such file"):
        made(Synonyms(file=str(tmp_path / "none.txt")))


@pytest.mark.parametrize("augmenter", [Synonyms(), Synonyms(synonyms=LIST, file="list.txt")])
def test_one_list_is_due(augmenter):
    with pytest.raises(ConfigError, match="give either synonyms or file"):
        made(augmenter)


def test_a_list_that_meets_no_text_is_refused():
    with pytest.raises(DataError, match=r"the texts hold none of the 1 words of the list, such as \['unheard'\]"):
        made(Synonyms(synonyms={"unheard": ["of"]}))
