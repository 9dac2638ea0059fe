import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.base import clone

from runner.errors import DataError
from runner_builtin.transforms.tfidf import Tfidf
from runner_builtin.transforms.tfidf_parts import TermCounts, WeightedTerms

WORDS = ["apple", "Banana", "cherry", "café", "dog", "egg", "fig", "the", "über", "zebra"]
TEXTS = ["the cat sat", "the dog sat down", "cats and dogs and the rest"]

some_texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=12)
a_share = st.floats(0, 1)
some_options = st.fixed_dictionaries(
    {},
    optional={
        "analyzer": st.sampled_from(["word", "char", "char_wb"]),
        "ngram_range": st.sampled_from([(1, 1), (1, 2), (2, 3)]),
        "lowercase": st.booleans(),
        "strip_accents": st.sampled_from(["ascii", "unicode", None]),
        "min_df": st.integers(1, 4) | a_share,
        "max_df": st.integers(1, 8) | a_share,
        "max_features": st.none() | st.integers(1, 12),
        "binary": st.booleans(),
        "norm": st.sampled_from(["l1", "l2", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
        "sublinear_tf": st.booleans(),
    },
)


def stored(matrix):
    """The matrix as it comes back from its three arrays: nothing is known of their order."""
    return csr_matrix((matrix.data.copy(), matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)


def bits(matrix):
    return (
        matrix.shape,
        matrix.dtype,
        *(numbers.tobytes() for numbers in (matrix.data, matrix.indices, matrix.indptr)),
    )


def outcome(vectors):
    try:
        return bits(vectors())
    except DataError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(texts=some_texts, later=some_texts, options=some_options)
def test_the_parts_give_the_bits_of_the_whole(texts, later, options):
    whole = Tfidf(**options)
    counts, weights = whole.parts()
    expected = outcome(lambda: whole.fit_transform(texts))
    assert outcome(lambda: weights.fit_transform(stored(counts.fit_transform(texts)))) == expected
    if isinstance(expected, str):
        return
    assert bits(weights.transform(stored(counts.transform(later)))) == bits(whole.transform(later))
    assert list(weights.get_feature_names_out(counts.get_feature_names_out())) == list(whole.get_feature_names_out())


def test_of_equally_frequent_terms_the_same_are_chosen():
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{word}" for word in rng.integers(0, 900, 30)) for _ in range(200)]
    for max_features in (10, 100, 500):
        whole = Tfidf(max_features=max_features)
        counts, weights = whole.parts()
        assert bits(weights.fit_transform(counts.fit_transform(texts))) == bits(whole.fit_transform(texts))


def test_every_option_of_the_whole_belongs_to_one_part():
    counts, weights = Tfidf(stop_words="english", min_df=2).parts()
    both = {**counts.get_params(), **weights.get_params()}
    assert both == Tfidf(stop_words="english", min_df=2).get_params()
    assert not counts.get_params().keys() & weights.get_params().keys()


def test_the_counts_are_whole_numbers_of_all_terms_in_order():
    counts = TermCounts(ngram_range=(1, 2))
    table = counts.fit_transform(pd.DataFrame({"text": TEXTS}))
    assert table.dtype == np.int32
    assert list(counts.get_feature_names_out()) == sorted(counts.vocabulary_)
    assert table.sum() == sum(2 * len(text.split()) - 1 for text in TEXTS)


def test_weighting_does_not_write_into_the_counts():
    table = TermCounts().fit_transform(TEXTS)
    before = bits(table)
    weights = WeightedTerms(binary=True, sublinear_tf=True).fit(table)
    weights.transform(table)
    assert bits(table) == before


def test_parts_can_be_cloned():
    for part in Tfidf(ngram_range=(1, 2), max_df=0.5).parts():
        assert clone(part).get_params() == part.get_params()


def test_values_that_are_no_texts_are_located_by_the_counts():
    with pytest.raises(DataError, match="1 of 2 values are no texts"):
        TermCounts().fit(["a text", None])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_df": 0}, "min_df is 0, and has to be a count"),
        ({"max_df": 1.5}, "max_df is 1.5, and has to be a count"),
        ({"max_features": 0}, "max_features is 0"),
        ({"norm": "l3"}, "norm"),
        ({"min_df": 3, "max_df": 2}, "max_df corresponds to < documents than min_df"),
        ({"max_df": 0.1, "min_df": 0.1}, "no terms remain"),
    ],
)
def test_options_that_leave_nothing_are_refused_where_the_data_are(options, message):
    with pytest.raises(DataError, match=f"transform 'tfidf' cannot learn from 3 texts: .*{message}"):
        WeightedTerms(**options).fit(TermCounts().fit_transform(TEXTS))


def test_names_are_numbered_where_the_terms_are_not_given():
    weights = WeightedTerms(min_df=3).fit(TermCounts().fit_transform(TEXTS))
    assert list(weights.get_feature_names_out()) == ["x8"]
