import unicodedata

import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner_builtin.cleaners.clean_text import CleanText


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({}, "  a \t\n b\u00a0c ", "a b c"),
        ({"whitespace": False}, "a  b ", "a  b "),
        ({}, unicodedata.normalize("NFD", "été"), "été"),
        ({"unicode": None}, unicodedata.normalize("NFD", "é"), "e\u0301"),
        ({"unicode": "NFKC"}, "\ufb01ne \u2460", "fine 1"),
        ({}, "zero\u200bwidth\ufeff \x00\x1fcontrol\u00ad", "zerowidth control"),
        ({"invisible": False}, "a\u200bb", "a\u200bb"),
        ({}, "Straße IST", "Straße IST"),
        ({"case": "lower"}, "Straße IST", "straße ist"),
        ({"case": "fold"}, "Straße IST", "strasse ist"),
        ({}, "<b>x</b>", "<b>x</b>"),
        ({"html": True}, "<p>x &amp; y</p>", "x & y"),
        ({"urls": "remove"}, "see https://a.org/b?c=1#d now", "see now"),
        ({"urls": "mark", "case": "lower"}, "SEE WWW.A.ORG!", "see <URL>"),
        ({"emails": "mark"}, "write to bob.s@a.co.uk.", "write to <EMAIL>."),
        ({"emails": "remove"}, "write to bob@a.org, please", "write to , please"),
        ({}, "", ""),
    ],
)
def test_a_text_becomes(options, text, expected):
    assert CleanText(**options).cleaned(text) == expected


def test_cleaning_again_changes_nothing():
    cleaner = CleanText(html=True, urls="remove", case="fold", unicode="NFKC")
    text = "  <p>ＦＵＬＬ width&nbsp;www.a.org Ǆ</p> "
    once = cleaner.cleaned(text)
    assert once == "full width dž"
    assert cleaner.cleaned(once) == once


def test_only_the_chosen_columns_are_cleaned_and_gaps_stay():
    frame = pd.DataFrame({"a": [" x ", None], "b": [" y ", "z"]})
    cleaned = CleanText(columns="a").clean(Dataset.of(frame))
    assert cleaned.features["a"].tolist()[0] == "x"
    assert cleaned.features["a"].isna().tolist() == [False, True]
    assert cleaned.features["b"].tolist() == [" y ", "z"]
    assert cleaned.notes == ("changed 1 value in 'a'",)


def test_arrays_of_texts_are_cleaned():
    assert CleanText().clean(Dataset.of(np.array([" x "]))).features.tolist() == ["x"]


def test_rows_stay_and_are_seen_one_by_one():
    assert CleanText().keeps_rows
    assert CleanText().row_by_row


def test_a_row_without_any_text_passes_a_saved_cleaner():
    saved = skops.io.loads(
        skops.io.dumps(CleanText(columns=["a"])), trusted=["runner_builtin.cleaners.clean_text.CleanText"]
    )
    frame = pd.DataFrame({"a": pd.Series([None], dtype=object)})
    assert saved.clean(Dataset.of(frame)).features["a"].isna().all()


def test_long_texts_cost_no_more_than_their_length():
    text = "a" * 300_000 + "@" * 300_000
    assert CleanText(html=True, urls="mark", emails="mark").cleaned(text) == text
