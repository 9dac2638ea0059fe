"""Texts are taken apart in a graph as Python takes them apart: random ones, and ones that break tokenizers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import Pipeline

from runner.errors import ConfigError, DataError
from runner.ship.edge_rows import TEXTS
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.onnx.features import NotConvertible
from runner_builtin.transforms.character_text import Characters
from runner_builtin.transforms.count_text import Counts
from runner_builtin.transforms.hashing_text import Hashing
from runner_builtin.transforms.tfidf import Tfidf
from tests.builtin.onnx.onnx_cases import dense, loaded, transformed

#: Pieces that random texts are made of: case of several lengths, accents, scripts, signs, spaces, a NUL.
PIECES = (
    *"abcdefghij ABC.,'-_09İIıΣσςßẞéÉe\u0301ǅﬁ½²Ⅷ中文字한글ㄱשлЖ\n\t\x00\u200b\u2028🙂\u200d",
    *("  ", " the ", " and ", " of ", "\ufdfa", " can't ", "ΟΔΟΣ", " free ", " call "),
)  # fmt: skip
HARD = ("ΟΔΥΣΣΕΥΣ. ΣΑΣ'Α ΑΣ_Α ΑΣ\u0301 Σ ΣΣ AΣ", "ı İ i̇ I", "\x00", "a" * 300, *TEXTS)


def texts(count: int = 150, seed: int = 0) -> np.ndarray:
    drawn = random.Random(seed)
    made = ["".join(drawn.choice(PIECES) for _ in range(drawn.randint(0, 50))) for _ in range(count)]
    return np.array([*made, *HARD], dtype=object)


OPTIONS: dict[str, tuple[type, dict[str, Any]]] = {
    "words": (Tfidf, {}),
    "pairs": (Tfidf, {"ngram_range": (1, 2)}),
    "pairs and triples without stop words": (Tfidf, {"ngram_range": (2, 3), "stop_words": "english"}),
    "pairs across stop words": (Tfidf, {"ngram_range": (1, 2), "stop_words": ["the", "ab", "never met"]}),
    "sublinear": (Tfidf, {"sublinear_tf": True}),
    "without accents": (Tfidf, {"strip_accents": "unicode", "ngram_range": (1, 2)}),
    "as ASCII": (Tfidf, {"strip_accents": "ascii", "norm": "l1"}),
    "in their case": (Tfidf, {"lowercase": False, "smooth_idf": False}),
    "of one letter, there or not": (Tfidf, {"token_pattern": r"\w+", "use_idf": False, "norm": None, "binary": True}),
    "letters of a class": (Tfidf, {"token_pattern": "[a-c]{2,}"}),
    "few terms": (Tfidf, {"max_features": 40}),
    "characters": (Characters, {"analyzer": "char", "ngram_range": (1, 3)}),
    "characters, bare": (Characters, {"analyzer": "char", "strip_accents": "unicode", "ngram_range": (2, 3)}),
    "characters inside words": (Characters, {}),
    "long runs inside words": (Characters, {"ngram_range": (4, 6)}),
    "counts": (Counts, {}),
    "there or not": (Counts, {"binary": True, "ngram_range": (1, 2)}),
    "scikit-learn's own": (CountVectorizer, {"analyzer": "char_wb", "ngram_range": (2, 3)}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_a_graph_counts_and_weighs_terms_exactly_as_python_does(name: str) -> None:
    kind, options = OPTIONS[name]
    step = kind(**options).fit(texts(seed=1))
    rows = texts(seed=2)
    found = transformed(step, rows[:, None], rows[:, None])
    np.testing.assert_allclose(found, dense(step.transform(rows)), atol=1e-6, rtol=1e-6)


def test_tfidf_in_two_halves_is_the_same() -> None:
    counts, weights = Tfidf(ngram_range=(1, 2), min_df=2, sublinear_tf=True).parts()
    rows = texts(100)
    both = Pipeline([("counts", counts), ("weights", weights), ("model", SoftmaxClassifier(epochs=2))])
    both.fit(rows, np.arange(len(rows)) % 2)
    model = loaded(both, rows, np.arange(len(rows)) % 2)
    np.testing.assert_allclose(model.predict_proba(rows), both.predict_proba(rows), atol=1e-6)


def test_an_unknown_word_that_shares_the_sum_of_a_known_one_is_not_taken_for_it() -> None:
    # all words of six letters of two kinds: whatever the numbers of places are, their sums are close together
    words = [f"{number:06b}".replace("0", "a").replace("1", "b") for number in range(64)]
    step = Counts().fit(np.array([" ".join(words[::2])], dtype=object))
    rows = np.array([[word] for word in words], dtype=object)
    assert transformed(step, rows, rows).sum(axis=1).tolist() == [1.0, 0.0] * 32


@pytest.mark.parametrize("pattern", [r"(?u)\b\w+-\w+\b", r"\w\w", r"\b[a-z]+\b", r"(?:a|b)+"])
def test_a_pattern_that_a_graph_cannot_follow_is_refused(pattern: str) -> None:
    rows = np.array(["ab-cd ef", "gh-ab ab ba"], dtype=object)
    step = Tfidf(token_pattern=pattern).fit(rows)
    with pytest.raises(NotConvertible, match=r"token_pattern .* is none that a graph can follow"):
        transformed(step, rows, rows)


def test_functions_of_python_are_refused() -> None:
    rows = np.array(["ab cd", "ef"], dtype=object)
    for step in (TfidfVectorizer(tokenizer=str.split, token_pattern=None), CountVectorizer(preprocessor=str.upper)):
        with pytest.raises(NotConvertible, match="is a function of Python"):
            transformed(step.fit(rows), rows, rows)


@pytest.mark.parametrize("step", [Hashing(n_features=16), HashingVectorizer(n_features=16)])
def test_hashes_are_refused_by_the_name_of_the_step(step: Any) -> None:
    rows = np.array(["ab cd", "ef gh"] * 5, dtype=object)
    pipeline = Pipeline([("hashing", step), ("model", SoftmaxClassifier(epochs=1))]).fit(rows, [0, 1] * 5)
    with pytest.raises(
        ConfigError, match=r"not exportable to ONNX: step 'hashing' .*Use the exporter 'skops'"
    ) as error:
        loaded(pipeline, rows, [0, 1] * 5)
    assert "'tfidf' and 'counts' can be converted" in str(error.value)


def test_a_text_that_is_missing_is_refused_as_the_pipeline_refuses_it() -> None:
    rows = np.array(["ab cd", "ef gh"] * 5, dtype=object)
    pipeline = Pipeline([("tfidf", Tfidf()), ("model", SoftmaxClassifier(epochs=1))]).fit(rows, [0, 1] * 5)
    model = loaded(pipeline, rows, [0, 1] * 5)
    with pytest.raises(DataError, match=r"1 of 2 rows lack a text in 'input' \(the first is row 1\)"):
        model.predict(np.array(["ab", None], dtype=object))


def test_weights_of_counts_are_those_of_scikit_learn() -> None:
    counts = np.random.default_rng(0).poisson(1.0, (30, 6)).astype(float)
    step = TfidfTransformer(sublinear_tf=True, norm="l1").fit(counts)
    np.testing.assert_allclose(transformed(step, counts, counts), dense(step.transform(counts)), atol=1e-6)
