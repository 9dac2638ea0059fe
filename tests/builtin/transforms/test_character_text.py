import pandas as pd
import skops.io
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from runner_builtin.transforms.character_text import Characters

TEXTS = ["the cat sat", "teh cat sat", "das Über-Ich", "四字熟語"]


def test_n_grams_of_characters_are_weighted_as_by_scikit_learn():
    expected = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform(TEXTS)
    assert (Characters().fit_transform(pd.DataFrame({"t": TEXTS})) != expected).nnz == 0


def test_options_reach_scikit_learn():
    options = {"analyzer": "char", "ngram_range": (1, 2), "max_features": 7, "norm": None, "strip_accents": "unicode"}
    expected = TfidfVectorizer(sublinear_tf=True, **options).fit_transform(TEXTS)
    assert (Characters(**options).fit_transform(TEXTS) != expected).nnz == 0


def test_a_slip_of_the_pen_leaves_texts_alike():
    vectors = clone(Characters(ngram_range=(1, 2))).fit(TEXTS).transform(TEXTS).toarray()
    assert vectors[0] @ vectors[1] > 0.6
    assert vectors[0] @ vectors[3] < 0.1


def test_a_fitted_one_can_be_saved():
    fitted = Characters().fit(TEXTS)
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.transforms.character_text.Characters"])
    assert (saved.transform(TEXTS) != fitted.transform(TEXTS)).nnz == 0
    assert "_ca" in [name.replace(" ", "_") for name in saved.get_feature_names_out()]
