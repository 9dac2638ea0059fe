import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from runner.errors import ConfigError
from runner_builtin.compressors.hash_features import HashFeaturesCompressor
from runner_builtin.compressors.prune import PruneCompressor
from runner_builtin.compressors.quantize import QuantizeCompressor
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier
from runner_builtin.transforms.count_text import Counts
from runner_builtin.transforms.tfidf import Tfidf

VECTORIZERS = [
    Tfidf(),
    Tfidf(sublinear_tf=True, ngram_range=(1, 2), norm="l1"),
    Tfidf(use_idf=False, stop_words=["and"]),
    Tfidf(analyzer="char", ngram_range=(1, 3), lowercase=False),
    Counts(strip_accents="unicode"),
    Counts(binary=True),
]


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=str)
def test_with_room_for_every_term_nothing_changes_but_the_list_of_terms(text_pipeline, texts, vectorizer):
    whole = text_pipeline(vectorizer, routed=False)
    small = HashFeaturesCompressor(n_columns=2**20).compress(whole)
    inside = getattr(small[0], "named_steps", {}).values()
    assert not any(hasattr(step, "vocabulary_") for step in (small[0], *inside))
    told, due = small.predict_proba(texts[0]["text"]), whole.predict_proba(texts[0]["text"])
    np.testing.assert_allclose(told, due, atol=1e-5)


MODELS = [SoftmaxClassifier(random_state=0), LogisticRegression(), MLPClassifier(hidden=(8,), random_state=0)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_fewer_columns_make_it_smaller_and_it_still_answers(text_pipeline, texts, saved, model):
    whole = text_pipeline(Tfidf(ngram_range=(1, 2)), model)
    small = HashFeaturesCompressor(n_columns=64).compress(whole)
    assert small[-1].n_features_in_ == 64
    assert small.score(*texts) > 0.9
    size, loaded = saved(small)
    assert size < 0.8 * saved(whole)[0]
    np.testing.assert_array_equal(loaded.predict_proba(texts[0]), small.predict_proba(texts[0]))


def test_columns_beside_the_terms_keep_their_weights(texts):
    table = texts[0].assign(length=np.arange(400.0) % 3)
    router = ColumnTransformer([("terms", Counts(), "text")], remainder="passthrough")
    whole = Pipeline([("table", router), ("model", LogisticRegression())]).fit(table, texts[1])
    small = HashFeaturesCompressor(n_columns=2**20).compress(whole)
    assert small[-1].coef_[0, -1] == whole[-1].coef_[0, -1]
    np.testing.assert_allclose(small.predict_proba(table), whole.predict_proba(table), atol=1e-6)


def test_it_goes_with_other_compressors_in_either_order(text_pipeline, texts):
    whole = text_pipeline()
    after = HashFeaturesCompressor(n_columns=4096).compress(QuantizeCompressor().compress(whole))
    before = QuantizeCompressor().compress(HashFeaturesCompressor(n_columns=4096).compress(whole))
    assert after[-1].weights[0].dtype == before[-1].weights[0].dtype == np.int8
    np.testing.assert_allclose(after.predict_proba(texts[0]), before.predict_proba(texts[0]), atol=0.05)
    pruned = PruneCompressor(by="feature").compress(HashFeaturesCompressor(n_columns=4096).compress(whole))
    assert pruned.score(*texts) == 1.0


def test_the_pipeline_given_stays_as_it_is(text_pipeline, texts):
    whole = text_pipeline()
    before = whole.predict_proba(texts[0])
    HashFeaturesCompressor(n_columns=8).compress(whole)
    np.testing.assert_array_equal(whole.predict_proba(texts[0]), before)


def test_without_a_vocabulary_it_says_what_stands_before_the_model(digits):
    with pytest.raises(ConfigError, match=r"none stands right before the model .*, only \['minmaxscaler'\]"):
        HashFeaturesCompressor().compress(digits(SoftmaxClassifier, random_state=0))


def test_terms_found_by_a_function_are_refused(texts):
    own = CountVectorizer(tokenizer=str.split, token_pattern=None)
    whole = Pipeline([("terms", own), ("model", LogisticRegression())])
    whole.fit(texts[0]["text"], texts[1])
    with pytest.raises(ConfigError, match="finds its terms by a function of its own"):
        HashFeaturesCompressor().compress(whole)
