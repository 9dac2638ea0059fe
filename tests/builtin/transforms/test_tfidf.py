import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer

from runner.errors import DataError
from runner_builtin.transforms.tfidf import Tfidf

TEXTS = ["the cat sat", "the dog sat down", "Über cats and dogs"]
SHAPES = {
    "list": TEXTS,
    "series": pd.Series(TEXTS),
    "frame": pd.DataFrame({"text": TEXTS}),
    "array": np.array(TEXTS),
    "objects": np.array(TEXTS, dtype=object),
    "column": np.array(TEXTS, dtype=object)[:, None],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_any_one_column_of_texts_gives_scikit_learns_vectors(shape):
    expected = TfidfVectorizer().fit_transform(TEXTS)
    vectors = Tfidf().fit_transform(SHAPES[shape])
    assert (vectors != expected).nnz == 0
    later = TfidfVectorizer().fit(TEXTS).transform(TEXTS)
    assert (Tfidf().fit(SHAPES[shape]).transform(SHAPES[shape]) != later).nnz == 0


def test_options_reach_scikit_learn():
    options = {
        "ngram_range": (1, 2),
        "min_df": 2,
        "max_df": 0.9,
        "sublinear_tf": True,
        "norm": None,
        "strip_accents": "unicode",
        "analyzer": "char_wb",
        "use_idf": False,
    }
    assert (Tfidf(**options).fit_transform(TEXTS) != TfidfVectorizer(**options).fit_transform(TEXTS)).nnz == 0


def test_every_default_is_scikit_learns():
    theirs = TfidfVectorizer().get_params()
    assert Tfidf().get_params() == {name: theirs[name] for name in Tfidf().get_params()}


def test_it_can_be_cloned_and_set():
    twin = clone(Tfidf(ngram_range=(1, 3))).set_params(min_df=2)
    assert (twin.ngram_range, twin.min_df) == ((1, 3), 2)


@pytest.mark.parametrize("columns", ["text", ["text"]])
def test_it_can_be_routed_to_a_column_either_way(columns):
    frame = pd.DataFrame({"text": TEXTS, "n": [1, 2, 3]})
    router = ColumnTransformer([("tfidf", Tfidf(), columns)], remainder="passthrough")
    assert router.fit_transform(frame).shape == (3, len(TfidfVectorizer().fit(TEXTS).vocabulary_) + 1)
    assert router.get_feature_names_out()[0] == "tfidf__and"


def test_a_fitted_one_can_be_saved():
    fitted = Tfidf(ngram_range=(1, 2)).fit(TEXTS)
    expected = fitted.transform(TEXTS)
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.transforms.tfidf.Tfidf"])
    for copy in (pickle.loads(pickle.dumps(fitted)), saved):
        assert (copy.transform(TEXTS) != expected).nnz == 0


def test_several_columns_are_refused():
    with pytest.raises(DataError, match=r"takes one column of texts, found shape \(3, 2\)"):
        Tfidf().fit(pd.DataFrame({"a": TEXTS, "b": TEXTS}))


@pytest.mark.parametrize("value", [None, np.nan, 5])
def test_values_that_are_no_texts_are_located(value):
    with pytest.raises(DataError, match="1 of 2 values are no texts \\(the first, in row 1, is"):
        Tfidf().fit(pd.Series(["a", value], dtype=object))


@pytest.mark.parametrize(("texts", "options"), [(["a", "b"], {}), (TEXTS, {"min_df": 3})])
def test_texts_that_leave_no_term_are_refused(texts, options):
    with pytest.raises(DataError, match="transform 'tfidf' cannot learn from"):
        Tfidf(**options).fit(texts)
