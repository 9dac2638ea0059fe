import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.feature_extraction.text import HashingVectorizer

from runner.errors import DataError
from runner_builtin.transforms.hashing_text import Hashing

TEXTS = ["the cat sat", "the dog sat down", "Über cats and dogs"]


@pytest.mark.parametrize(
    "shape", [TEXTS, pd.Series(TEXTS), pd.DataFrame({"t": TEXTS})], ids=["list", "series", "frame"]
)
def test_any_one_column_of_texts_gives_scikit_learns_vectors(shape):
    expected = HashingVectorizer(n_features=2**18).fit_transform(TEXTS)
    assert (Hashing().fit_transform(shape) != expected).nnz == 0
    assert (Hashing().fit(shape).transform(shape) != expected).nnz == 0


def test_options_reach_scikit_learn():
    options = {"n_features": 32, "ngram_range": (1, 2), "alternate_sign": False, "norm": None, "stop_words": ["the"]}
    expected = HashingVectorizer(**options).fit_transform(TEXTS)
    assert (clone(Hashing(**options)).fit_transform(TEXTS) != expected).nnz == 0


def test_rows_may_come_in_batches():
    hashing = Hashing(n_features=64)
    for text in TEXTS:
        hashing.partial_fit([text])
    one_by_one = np.vstack([hashing.transform([text]).toarray() for text in TEXTS])
    np.testing.assert_array_equal(one_by_one, Hashing(n_features=64).fit_transform(TEXTS).toarray())


def test_columns_are_named_by_their_hash():
    assert Hashing(n_features=3).get_feature_names_out().tolist() == ["hash_0", "hash_1", "hash_2"]


def test_a_fitted_one_can_be_saved():
    fitted = Hashing(n_features=16).fit(TEXTS)
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.transforms.hashing_text.Hashing"])
    assert (saved.transform(TEXTS) != fitted.transform(TEXTS)).nnz == 0


@pytest.mark.fault("F83")
@pytest.mark.parametrize("learn", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("texts", "told"), [([], "there are no texts to learn from"), (["a", ""], "none of 2 texts holds a term")]
)
def test_training_texts_without_a_term_are_refused(learn, texts, told):
    with pytest.raises(DataError, match=f"transform 'hashing': {told}"):
        getattr(Hashing(), learn)(texts)


def test_new_texts_without_a_term_are_empty_rows():
    assert Hashing().fit(TEXTS).transform(["?"]).nnz == 0


def test_missing_texts_are_located():
    with pytest.raises(DataError, match="transform 'hashing': 1 of 2 values are no texts"):
        Hashing().transform(pd.Series(["a", None]))
