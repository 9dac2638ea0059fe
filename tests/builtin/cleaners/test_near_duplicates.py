import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.minhash import character_shingles, jaccard
from runner_builtin.cleaners.near_duplicates import NearDuplicates, normalised

SMS = Path(__file__).parents[4] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"
TEXT = "you have won a prize of 900 pounds, call this number from a land line today"


def kept(cleaner, texts, target=None):
    return cleaner.clean(Dataset.of(pd.DataFrame({"text": texts}), target)).row_ids.tolist()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Call  NOW!!!", "call now"),
        ("ＣＡＬＬ now", "call now"),
        ("Don\u2019t... don't", "dont dont"),
        ("one,two", "one two"),
        (":-)", ":-)"),
        (" : ) ", ":)"),
        (None, ""),
        ("  ", ""),
    ],
)
def test_the_form_of_a_text(text, form):
    assert normalised(text) == form


def test_texts_of_one_form_are_said_again():
    assert kept(NearDuplicates(), ["Call now!", "call  NOW", "call me", ":-)", ":-(", ":-)"]) == [0, 2, 3, 4]


def test_rows_without_text_stay():
    assert kept(NearDuplicates(), ["a", None, "", None, "a"]) == [0, 1, 2, 3]
    assert kept(NearDuplicates(method="minhash"), ["a", None, "", None, "a"]) == [0, 1, 2, 3]


def test_a_few_other_words_are_found_by_minhash_only():
    texts = [TEXT, TEXT.replace("900", "800"), "are you at home yet? i have the keys"]
    assert kept(NearDuplicates(), texts) == [0, 1, 2]
    assert kept(NearDuplicates(method="minhash"), texts) == [0, 2]
    assert kept(NearDuplicates(method="minhash", threshold=0.99), texts) == [0, 1, 2]


def test_texts_can_be_compared_by_words():
    texts = ["a b c d e f g h", "a b c d e f g x", "h g f e d c b a"]
    assert kept(NearDuplicates(method="minhash", shingle="words", size=1, threshold=0.7), texts) == [0]
    assert kept(NearDuplicates(method="minhash", shingle="words", size=2, threshold=0.7), texts) == [0, 2]


def test_targets_count_on_request():
    texts, target = ["call now", "Call now!", "call NOW"], np.array([0, 1, 0])
    assert kept(NearDuplicates(), texts, target) == [0]
    for method in ("normalised", "minhash"):
        assert kept(NearDuplicates(method=method, with_target=True), texts, target) == [0, 1]
    near = [TEXT, TEXT.replace("900", "800"), TEXT.replace("900", "700")]
    assert kept(NearDuplicates(method="minhash", with_target=True), near, target) == [0, 1]


def test_columns_are_compared_together():
    frame = pd.DataFrame({"a": ["x", "X", "x"], "b": ["y", "y!", "z"], "n": [1, 2, 3]})
    assert NearDuplicates().clean(Dataset.of(frame)).row_ids.tolist() == [0, 2]
    assert NearDuplicates(columns=["a"]).clean(Dataset.of(frame)).row_ids.tolist() == [0]


def test_what_is_dropped_is_counted():
    assert dict(NearDuplicates().clean(Dataset.of(np.array(["a", "A"]))).dropped) == {"near-duplicate texts": 1}


def test_a_table_without_texts_is_refused():
    with pytest.raises(DataError, match="no column of texts"):
        NearDuplicates().clean(Dataset.of(pd.DataFrame({"n": [1]})))


def test_minhash_finds_what_comparing_all_pairs_finds():
    rng = np.random.default_rng(5)
    words = [f"word{place}" for place in range(50)]
    base = [rng.choice(words, 12).tolist() for _ in range(20)]
    texts = [" ".join([*one[:place], "new", *one[place + 1 :]]) for one in base for place in range(0, 12, 2)]
    sets = character_shingles(texts, 5)
    similar = {pair for pair in combinations(range(len(texts)), 2) if jaccard(sets[pair[0]], sets[pair[1]]) >= 0.7}
    leaders: list[int] = []
    for row in range(len(texts)):
        if not any((leader, row) in similar for leader in leaders):
            leaders.append(row)
    assert len(leaders) < len(texts)
    for seed in range(3):
        assert kept(NearDuplicates(method="minhash", threshold=0.7, random_state=seed), texts) == leaders


@pytest.mark.skipif(not SMS.is_file(), reason="the SMS spam collection is not here")
def test_the_sms_collection_takes_seconds():
    texts = [line.split("\t", 1)[1] for line in SMS.read_text("utf-8").rstrip("\n").split("\n")]
    began = time.perf_counter()
    rows = kept(NearDuplicates(method="minhash"), texts)
    assert time.perf_counter() - began < 15
    assert len(texts) == 5574
    assert len(rows) < len(kept(NearDuplicates(), texts)) < 5574 - 403
