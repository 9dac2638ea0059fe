import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier as NeuralNetwork
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.compressors.prune import KeptColumns, PruneCompressor
from runner_builtin.compressors.quantize import QuantizeCompressor
from runner_builtin.compressors.scoring import score
from runner_builtin.models.linear_models import LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier
from runner_builtin.transforms.count_text import Counts
from runner_builtin.transforms.tfidf import Tfidf

MODELS = [
    (SoftmaxClassifier, {"random_state": 0}),
    (LinearSVMClassifier, {"random_state": 0}),
    (LogisticRegression, {}),
    (NeuralNetwork, {"hidden_layer_sizes": (16,), "max_iter": 30, "random_state": 0}),
    (MLPClassifier, {"hidden": (16,), "random_state": 0}),
]


def weights(model):
    """All weights of a model that stayed of its own class."""
    held = getattr(model, "params_", None)
    arrays = [held[name] for name in held if "weights" in name] if held else getattr(model, "coefs_", None)
    return np.concatenate([array.ravel() for array in (arrays or [model.coef_])])


@pytest.mark.parametrize(("model", "options"), MODELS, ids=lambda part: getattr(part, "__name__", ""))
def test_the_smallest_weights_become_zero_and_the_model_keeps_its_class(digits, saved, model, options):
    whole = digits(model, **options)
    small = PruneCompressor(sparsity=0.3).compress(whole)
    before, after = weights(whole[-1]), weights(small[-1])
    gone = (after == 0) & (before != 0)
    assert type(small[-1]) is model
    assert np.count_nonzero(after == 0) / len(after) == pytest.approx(max(0.3, np.mean(before == 0)), abs=0.01)
    assert np.abs(before[gone]).max() <= np.abs(after[after != 0]).min()
    assert saved(small)[0] < saved(whole)[0]


@pytest.mark.parametrize(("model", "options"), MODELS, ids=lambda part: getattr(part, "__name__", ""))
def test_columns_with_small_weights_leave_the_model(digits, new_digits, saved, model, options):
    whole = digits(model, **options)
    small = PruneCompressor(by="feature", sparsity=0.25).compress(whole)
    assert small[-1].n_features_in_ == 48
    assert len(small["kept_columns"].columns) == 48
    assert small.score(*new_digits) > whole.score(*new_digits) - 0.15
    assert saved(small)[1].predict(new_digits[0]).tolist() == small.predict(new_digits[0]).tolist()


def test_columns_without_any_weight_can_go_without_a_change(digits, new_digits):
    whole = digits(SoftmaxClassifier, random_state=0)
    pruned = PruneCompressor(sparsity=0.01).compress(whole)
    dead = (pruned[-1].coef_ == 0).all(axis=0).mean()
    small = PruneCompressor(by="feature", sparsity=dead).compress(pruned)
    np.testing.assert_allclose(small.predict_proba(new_digits[0]), pruned.predict_proba(new_digits[0]), atol=1e-5)


def test_pruning_features_twice_keeps_both_choices(digits, new_digits):
    once = PruneCompressor(by="feature", sparsity=0.25).compress(digits(SoftmaxClassifier, random_state=0))
    twice = PruneCompressor(by="feature", sparsity=0.25).compress(once)
    assert [name for name, _ in twice.steps[1:3]] == ["kept_columns", "kept_columns_2"]
    assert twice[-1].n_features_in_ == 36
    assert twice.predict(new_digits[0]).shape == (597,)


@pytest.mark.parametrize("vectorizer", [Tfidf(), Tfidf(use_idf=False, sublinear_tf=True), Counts(binary=True)])
@pytest.mark.parametrize("routed", [True, False])
def test_terms_leave_the_vocabulary_with_their_columns(text_pipeline, texts, saved, vectorizer, routed):
    whole = text_pipeline(vectorizer, routed=routed)
    small = PruneCompressor(by="feature", sparsity=0.8).compress(whole)
    rows = texts[0] if routed else texts[0]["text"]
    terms = small[0].named_transformers_["tfidf"] if routed else small[0]
    n_terms = len(terms.vocabulary_)
    assert n_terms == small[-1].n_features_in_ == round(0.2 * whole[-1].n_features_in_)
    before = whole[0].named_transformers_["tfidf"].vocabulary_ if routed else whole[0].vocabulary_
    sizes = np.abs(whole[-1].coef_[0])
    gone = [sizes[at] for term, at in before.items() if term not in terms.vocabulary_]
    assert max(gone) <= min(sizes[before[term]] for term in terms.vocabulary_)
    assert len(small.steps) == 2
    assert small.score(rows, texts[1]) == 1.0
    assert saved(small)[0] < saved(whole)[0]


def test_terms_and_other_columns_are_told_apart(texts, saved):
    table = texts[0].assign(length=np.arange(400.0) % 3, noise=0.0)
    router = ColumnTransformer([("numbers", StandardScaler(), ["length", "noise"]), ("terms", Tfidf(), "text")])
    whole = Pipeline([("table", router), ("model", LogisticRegression())]).fit(table, texts[1])
    small = PruneCompressor(by="feature", sparsity=0.9).compress(whole)
    kept = len(small[0].named_transformers_["terms"].vocabulary_)
    assert small[0].output_indices_["terms"] == slice(2, 2 + kept)
    assert small[-1].coef_.shape[1] == kept  # of numbers that say nothing neither is left
    assert small["kept_columns"].columns.tolist() == list(range(2, 2 + kept))
    assert small.score(table, texts[1]) == 1.0
    assert saved(small)[1].score(table, texts[1]) == 1.0
    assert whole.score(table, texts[1]) == 1.0


def test_a_vocabulary_keeps_its_best_term_whatever_goes(text_pipeline, texts):
    small = PruneCompressor(by="feature", sparsity=0.999).compress(text_pipeline())
    assert len(small[0].named_transformers_["tfidf"].vocabulary_) == 1
    assert small.predict(texts[0]).shape == (400,)


@pytest.mark.parametrize("by", ["weight", "feature"])
def test_a_tolerance_removes_as_much_as_the_score_allows(digits, digit_rows, by):
    whole = digits(SoftmaxClassifier, random_state=0)
    compressor = PruneCompressor(by=by, tolerance=0.02)
    assert compressor.needs_rows
    small = compressor.compress(whole, digit_rows)
    assert not PruneCompressor().needs_rows
    lost = score(whole, digit_rows.features, digit_rows.target) - score(small, digit_rows.features, digit_rows.target)
    assert lost <= 0.02
    n_before, n_after = np.count_nonzero(whole[-1].coef_), np.count_nonzero(small[-1].coef_)
    assert n_after < 0.9 * n_before


def test_with_no_tolerance_at_all_a_model_may_stay_whole(digits, digit_rows):
    whole = digits(SoftmaxClassifier, random_state=0)
    small = PruneCompressor(by="feature", tolerance=0.0, sparsity=0.9).compress(whole, digit_rows)
    before, after = (score(one, digit_rows.features, digit_rows.target) for one in (whole, small))
    assert after >= before


def test_eight_bit_weights_stay_eight_bits(digits, new_digits):
    whole = QuantizeCompressor().compress(digits(SoftmaxClassifier, random_state=0))
    small = PruneCompressor(sparsity=0.5).compress(whole)
    assert small[-1].weights[0].dtype == np.int8
    assert np.mean(small[-1].weights[0] == 0) == pytest.approx(0.5, abs=0.01)
    assert np.mean(whole[-1].weights[0] == 0) < 0.3
    assert small.score(*new_digits) > 0.8


def test_the_pipeline_given_stays_as_it_is(text_pipeline, texts):
    whole = text_pipeline()
    before, n_terms = whole.predict_proba(texts[0]), len(whole[0].named_transformers_["tfidf"].vocabulary_)
    PruneCompressor(by="feature").compress(whole)
    assert len(whole[0].named_transformers_["tfidf"].vocabulary_) == n_terms
    np.testing.assert_array_equal(whole.predict_proba(texts[0]), before)


@pytest.mark.fault("F90")
@pytest.mark.parametrize("sparsity", [0.0, 1.0, 1.5])
def test_pruning_everything_or_nothing_is_an_error_with_the_valid_range(digits, sparsity):
    with pytest.raises(ConfigError, match=rf"sparsity {sparsity} leaves nothing, .* above 0 and below 1"):
        PruneCompressor(sparsity=sparsity).compress(digits(SoftmaxClassifier, random_state=0))


def test_a_tolerance_without_rows_is_an_error(digits):
    rows = Dataset.of(np.zeros((3, 64)))
    with pytest.raises(ConfigError, match="needs training rows with their target"):
        PruneCompressor(tolerance=0.1).compress(digits(SoftmaxClassifier, random_state=0), rows)


@pytest.mark.fault("F90")
def test_weights_that_are_not_finite_are_an_error(digits):
    whole = Pipeline([("model", LogisticRegression().fit([[0.0], [1.0]], [0, 1]))])
    whole[-1].coef_ = np.array([[np.inf]])
    with pytest.raises(DataError, match="'prune': step 'model' has coefficients that are not finite"):
        PruneCompressor().compress(whole)


OTHERS = [(RandomForestClassifier, {"n_estimators": 2}), (SVC, {"kernel": "linear"})]


@pytest.mark.parametrize(("model", "options"), OTHERS)
def test_a_model_without_weights_is_an_error(digits, model, options):
    with pytest.raises(ConfigError, match=f"'prune' needs a linear model .* '{model.__name__}'"):
        PruneCompressor().compress(digits(model, **options))


def test_columns_are_kept_of_frames_arrays_and_sparse_rows():
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3]})
    kept = KeptColumns(np.array([0, 2])).fit(frame)
    assert list(kept.transform(frame).columns) == ["a", "c"]
    assert kept.transform(frame.to_numpy()).tolist() == [[1, 3]]
