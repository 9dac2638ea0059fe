import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer

from runner_builtin.transforms.count_text import Counts

TEXTS = ["the cat sat on the cat", "the dog sat down", "Über cats and dogs"]


@pytest.mark.parametrize(
    "shape", [TEXTS, pd.Series(TEXTS), pd.DataFrame({"t": TEXTS})], ids=["list", "series", "frame"]
)
def test_any_one_column_of_texts_gives_scikit_learns_counts(shape):
    assert (Counts().fit_transform(shape) != CountVectorizer().fit_transform(TEXTS)).nnz == 0


def test_options_reach_scikit_learn():
    options = {"ngram_range": (1, 2), "max_features": 3, "binary": True, "stop_words": ["the"], "min_df": 1}
    ours, theirs = Counts(**options), CountVectorizer(**options)
    assert (ours.fit_transform(TEXTS) != theirs.fit_transform(TEXTS)).nnz == 0
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


def test_every_default_is_scikit_learns():
    theirs = CountVectorizer().get_params()
    assert Counts().get_params() == {name: theirs[name] for name in Counts().get_params()}


def test_terms_that_were_not_learned_are_not_counted():
    fitted = clone(Counts(binary=True)).fit(TEXTS)
    assert fitted.transform(["cat bird"]).sum() == 1


def test_a_fitted_one_can_be_saved():
    fitted = Counts().fit(TEXTS)
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.transforms.count_text.Counts"])
    np.testing.assert_array_equal(saved.transform(TEXTS).toarray(), fitted.transform(TEXTS).toarray())
