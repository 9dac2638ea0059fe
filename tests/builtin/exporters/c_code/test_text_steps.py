"""Counts of terms in C are those of scikit-learn, whatever the text."""

from __future__ import annotations

import os
import random
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from runner.errors import DataError, PluginError
from runner.ship.edge_rows import TEXTS
from runner_builtin.transforms.character_text import Characters
from runner_builtin.transforms.count_text import Counts
from runner_builtin.transforms.hashing_text import Hashing
from runner_builtin.transforms.tfidf import Tfidf

WORDS = [
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "mat",
    "İstanbul",
    "ıSPARTA",
    "Straße",
    "ẞ",
    "ὈΔΥΣΣΕΎΣ",
    "ΣΑΣ",
    "ς",
    "don't",
    "x_y",
    "3.14",
    "中文",
    "測試",
    "שלום",
    "été",
    "été",
    "한국어",
    "ﬁne",
    "Ⅷ",
    "½",
    "ﷺ",
    "ΑΣ.",
    "ΑΣ·Β",
    "Σ",
    "ａｂｃ",
    "👩\u200d👩\u200d👧",
    "ok",
    "of",
    "is",
    "aͅΣ",
    "Σͅ",
    "Σ·",
]
#: How many texts are made up; a longer look is taken by hand.
N_TEXTS = int(os.environ.get("RUNNER_C_TEXTS", "150"))


def made_up(count: int, seed: int = 0) -> list[str]:
    """Return texts of words and characters from all over Unicode."""
    rng = random.Random(seed)

    def character() -> str:
        low, high = rng.choice([(32, 127), (32, 127), (0xA0, 0x600), (0x1E00, 0x2200), (0x10000, 0x11000), (9, 32)])
        return (
            rng.choice("ΣAaİßK\u212a'·.\u0307\u00ad\x1c\x85\u2003")
            if rng.random() < 0.2
            else chr(rng.randrange(low, high))
        )

    def text() -> str:
        if rng.random() < 0.5:
            return "".join(rng.choice(["  ", " ", "-"]) + rng.choice(WORDS) for _ in range(rng.randrange(25)))
        return "".join(character() for _ in range(rng.randrange(60)))

    return [text() for _ in range(count)]


def projection(n_columns: int) -> LinearRegression:
    """Five random sums of all columns, so that a count that is wrong anywhere is seen."""
    model = LinearRegression()
    model.coef_ = np.random.default_rng(0).normal(size=(5, n_columns))
    model.intercept_ = np.zeros(5)
    return model


CONFIGS = {
    "words and pairs": Tfidf(ngram_range=(1, 2), sublinear_tf=True),
    "pairs without stop words": Tfidf(ngram_range=(2, 3), stop_words="english"),
    "case kept": Tfidf(lowercase=False, token_pattern=r"(?u)\b\w+\b", norm="l1"),
    "no accents": Tfidf(strip_accents="unicode"),
    "ASCII": TfidfVectorizer(strip_accents="ascii", stop_words=["the", "cat"], token_pattern=r"\S{2,}"),
    "characters": Counts(analyzer="char", ngram_range=(1, 3)),
    "long runs inside words": CountVectorizer(analyzer="char_wb", ngram_range=(5, 6), binary=True),
    "inside words": Characters(ngram_range=(2, 3), strip_accents="unicode", max_features=800),
    "hashed": Hashing(n_features=700, ngram_range=(1, 2)),
    "hashed characters": HashingVectorizer(
        n_features=50, analyzer="char_wb", ngram_range=(2, 3), binary=True, norm=None
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_text_counts_in_c_as_in_scikit_learn(name: str, as_c) -> None:
    texts = np.asarray([*made_up(N_TEXTS), *TEXTS], dtype=object)
    vectorizer = CONFIGS[name]
    vectors = vectorizer.fit_transform(texts)
    model = projection(vectors.shape[1])
    found = as_c(make_pipeline(vectorizer, model), texts, precision="float64").predict(texts)
    np.testing.assert_allclose(found, vectors @ model.coef_.T, rtol=0, atol=1e-9)


def test_bytes_that_are_no_utf_8_are_read_as_python_replaces_them(as_c) -> None:
    texts = np.asarray(["a\ufffdb", "\ufffd\ufffd", "ab", "é"], dtype=object)
    vectorizer = Counts(analyzer="char", ngram_range=(1, 2))
    vectors = vectorizer.fit_transform(texts)
    model = as_c(make_pipeline(vectorizer, projection(vectors.shape[1])), texts, precision="float64")
    rng = random.Random(1)
    pieces = [
        b"a",
        b"\xc3\xa9",
        b"\xc3",
        b"\xe2\x82",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xf0\x9f",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
    ]
    asked = [b"".join(rng.choices(pieces, k=6)) for _ in range(300)]
    as_python = np.asarray([data.decode("utf-8", "replace") for data in asked], dtype=object)
    found = model.predict(np.asarray(asked, dtype=object))
    np.testing.assert_allclose(
        found, vectorizer.transform(as_python) @ projection(vectors.shape[1]).coef_.T, atol=1e-9
    )


def test_a_missing_text_is_refused(as_c) -> None:
    texts = np.asarray(["one two", "two three"], dtype=object)
    model = as_c(make_pipeline(Tfidf(), LinearRegression()).fit(texts, [0.0, 1.0]), texts)
    with pytest.raises(DataError, match="no answer to row 1"):
        model.predict(np.asarray(["one", None], dtype=object))


@pytest.mark.parametrize(
    ("vectorizer", "told"),
    [
        (TfidfVectorizer(token_pattern=r"[a-z]+\d*"), r"token_pattern '\[a-z\]\+\\\\d\*' is more than a run"),
        (CountVectorizer(tokenizer=str.split, token_pattern=None), "its tokenizer is a function of Python"),
        (CountVectorizer(preprocessor=str.lower), "its preprocessor is a function of Python"),
        (CountVectorizer(analyzer=str.split), "its analyzer is a function of Python"),
        (CountVectorizer(strip_accents=str.lower), "its strip_accents is a function of Python"),
        (CountVectorizer(analyzer="char", ngram_range=(1, 65)), "terms of up to 65 parts"),
    ],
)
def test_what_c_cannot_do_to_texts_is_refused_by_name(vectorizer: Any, told: str, as_c) -> None:
    texts = np.asarray(["one two " * 20, "two three"], dtype=object)
    pipeline = make_pipeline(vectorizer, LinearRegression()).fit(texts, [0.0, 1.0])
    with pytest.raises(PluginError, match=rf"cannot write step '\w+' \(\w+\): .*{told}"):
        as_c(pipeline, texts)
