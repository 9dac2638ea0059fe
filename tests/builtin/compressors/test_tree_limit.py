import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from runner.data import Dataset
from runner.errors import ConfigError
from runner_builtin.compressors.tree_limit import TreeLimitCompressor
from runner_builtin.models.linear_models import SoftmaxClassifier

FORESTS = [
    (RandomForestClassifier, {"n_estimators": 20, "random_state": 0}),
    (ExtraTreesClassifier, {"n_estimators": 20, "random_state": 0}),
    (GradientBoostingClassifier, {"n_estimators": 6, "max_depth": 2, "random_state": 0}),
    (HistGradientBoostingClassifier, {"max_iter": 6, "random_state": 0}),
]
VALUES = load_diabetes(return_X_y=True)


def trees(model):
    return list(np.ravel(np.asarray(model.estimators_, dtype=object)))


@pytest.mark.parametrize(("model", "options"), FORESTS, ids=lambda part: getattr(part, "__name__", ""))
def test_the_first_trees_answer_as_a_smaller_forest_would(digits, new_digits, saved, model, options):
    whole = digits(model, **options)
    small = TreeLimitCompressor(trees=2).compress(whole)
    name = "n_estimators" if "n_estimators" in options else "max_iter"
    alone = digits(model, **{**options, name: 2})
    np.testing.assert_allclose(small.predict_proba(new_digits[0]), alone.predict_proba(new_digits[0]))
    assert saved(small)[0] < 0.5 * saved(whole)[0]
    np.testing.assert_array_equal(saved(small)[1].predict(new_digits[0]), small.predict(new_digits[0]))


def test_a_tolerance_keeps_as_few_trees_as_answer_alike(digits, digit_rows, new_digits):
    whole = digits(RandomForestClassifier, n_estimators=60, random_state=0)
    compressor = TreeLimitCompressor(tolerance=0.05, random_state=0)
    assert compressor.needs_rows
    small = compressor.compress(whole, digit_rows)
    assert 5 < len(small[-1].estimators_) < 60
    assert np.mean(small.predict(new_digits[0]) == whole.predict(new_digits[0])) > 0.9
    strict = TreeLimitCompressor(tolerance=0.0, random_state=0).compress(whole, digit_rows)
    assert len(strict[-1].estimators_) > len(small[-1].estimators_)


def test_of_values_the_variance_that_is_left_unexplained_counts():
    whole = make_pipeline(RandomForestRegressor(40, max_depth=4, random_state=0)).fit(*VALUES)
    small = TreeLimitCompressor(tolerance=0.05, random_state=0).compress(whole, Dataset.of(*VALUES))
    assert 1 < len(small[-1].estimators_) < 40
    assert np.corrcoef(small.predict(VALUES[0]), whole.predict(VALUES[0]))[0, 1] > 0.97


def test_a_tree_folded_at_a_depth_answers_as_one_grown_to_it_in_the_same_way():
    whole = make_pipeline(DecisionTreeRegressor(random_state=0)).fit(*VALUES)
    small = TreeLimitCompressor(max_depth=3).compress(whole)
    alone = DecisionTreeRegressor(max_depth=3, random_state=0).fit(*VALUES)
    assert small[-1].get_depth() == 3
    assert small[-1].get_n_leaves() == alone.get_n_leaves()
    np.testing.assert_allclose(small.predict(VALUES[0]), alone.predict(VALUES[0]))


def test_folding_to_a_number_of_leaves_keeps_the_splits_that_part_most():
    whole = make_pipeline(DecisionTreeRegressor(random_state=0, min_samples_leaf=10)).fit(*VALUES)
    small = TreeLimitCompressor(max_leaves=4).compress(whole)
    assert small[-1].get_n_leaves() == 4
    at_random = DecisionTreeRegressor(max_leaf_nodes=4, random_state=0, splitter="random").fit(*VALUES)
    assert small.score(*VALUES) > at_random.score(*VALUES)
    grown = DecisionTreeRegressor(max_leaf_nodes=4, random_state=0).fit(*VALUES)
    assert small.score(*VALUES) > 0.8 * grown.score(*VALUES)


@pytest.mark.parametrize(("model", "options"), FORESTS[:3], ids=lambda part: getattr(part, "__name__", ""))
def test_the_trees_of_a_forest_are_folded_one_by_one(digits, new_digits, saved, model, options):
    whole = digits(model, **options)
    small = TreeLimitCompressor(max_depth=2, max_leaves=2).compress(whole)
    assert {(tree.get_depth() <= 2, tree.get_n_leaves() <= 2) for tree in trees(small[-1])} == {(True, True)}
    assert max(tree.get_n_leaves() for tree in trees(whole[-1])) > 3
    told = saved(small)[1].predict_proba(new_digits[0])
    np.testing.assert_allclose(told, small.predict_proba(new_digits[0]))
    np.testing.assert_allclose(told.sum(axis=1), 1)


def test_a_folded_forest_answers_with_the_mean_of_its_leaves(digits, new_digits):
    whole = digits(RandomForestClassifier, n_estimators=20, random_state=0)
    tree, folded = whole[-1].estimators_[0].tree_, TreeLimitCompressor(max_depth=1).compress(whole)[-1].estimators_[0]
    # a leaf of the folded tree stands for a branch, whose own value the grown tree still holds
    np.testing.assert_allclose(folded.tree_.value[0], tree.value[0])
    np.testing.assert_allclose(folded.tree_.value[1], tree.value[tree.children_left[0]])


def test_boosting_of_values_is_limited_too():
    whole = make_pipeline(GradientBoostingRegressor(n_estimators=20, random_state=0)).fit(*VALUES)
    small = TreeLimitCompressor(trees=7, max_leaves=3).compress(whole)
    assert small[-1].estimators_.shape == (7, 1)
    staged = list(whole[-1].staged_predict(VALUES[0]))[6]
    unfolded = TreeLimitCompressor(trees=7).compress(whole)
    np.testing.assert_allclose(unfolded.predict(VALUES[0]), staged)
    assert np.corrcoef(small.predict(VALUES[0]), staged)[0, 1] > 0.9


def test_the_pipeline_given_stays_as_it_is(digits, new_digits):
    whole = digits(RandomForestClassifier, n_estimators=20, random_state=0)
    before = whole.predict_proba(new_digits[0])
    TreeLimitCompressor(trees=3, max_depth=2).compress(whole)
    np.testing.assert_array_equal(whole.predict_proba(new_digits[0]), before)
    assert len(whole[-1].estimators_) == 20


def test_a_tree_that_is_small_enough_stays_the_very_one():
    whole = make_pipeline(DecisionTreeClassifier(max_depth=1)).fit([[0], [1]], [0, 1])
    assert TreeLimitCompressor(max_depth=5).compress(whole)[-1] is whole[-1]


def test_more_trees_than_there_are_is_an_error_with_the_valid_range(digits):
    whole = digits(RandomForestClassifier, n_estimators=20, random_state=0)
    with pytest.raises(ConfigError, match=r"has 20 trees; 21 are no part of them. Set 'trees' to 1 to 20"):
        TreeLimitCompressor(trees=21).compress(whole)


def test_asked_for_nothing_it_says_what_may_be_asked(digits):
    whole = digits(RandomForestClassifier, n_estimators=20, random_state=0)
    with pytest.raises(ConfigError, match="nothing: give 'trees', 'max_depth', 'max_leaves' or 'tolerance'"):
        TreeLimitCompressor().compress(whole)


def test_a_histogram_boosting_has_its_trees_whole(digits):
    whole = digits(HistGradientBoostingClassifier, max_iter=6, random_state=0)
    with pytest.raises(ConfigError, match="cannot be folded, only left out"):
        TreeLimitCompressor(max_depth=2).compress(whole)


def test_a_tolerance_without_rows_is_an_error(digits):
    with pytest.raises(ConfigError, match="a tolerance needs training rows"):
        TreeLimitCompressor(tolerance=0.1).compress(digits(RandomForestClassifier, n_estimators=20, random_state=0))


def test_a_model_without_trees_is_an_error_that_names_it(digits):
    with pytest.raises(ConfigError, match=r"needs a model of trees .* is 'SoftmaxClassifier'"):
        TreeLimitCompressor(trees=1).compress(digits(SoftmaxClassifier, random_state=0))
