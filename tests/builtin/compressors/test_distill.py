import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.compressors.distill import DistillCompressor

FOREST = {"n_estimators": 30, "random_state": 0}


def test_a_small_model_learns_what_the_big_one_answers(digits, digit_rows, new_digits, saved):
    whole = digits(RandomForestClassifier, **FOREST)
    small = DistillCompressor(model=LogisticRegression(tol=0.01, max_iter=300)).compress(whole, digit_rows)
    assert isinstance(small[-1], LogisticRegression)
    assert np.mean(small.predict(new_digits[0]) == whole.predict(new_digits[0])) > 0.88
    assert saved(small)[0] < 0.05 * saved(whole)[0]
    assert isinstance(whole[-1], RandomForestClassifier)


def test_soft_answers_bring_the_probabilities_nearer(digits, digit_rows, new_digits):
    whole = digits(RandomForestClassifier, max_depth=4, **FOREST)
    due = whole.predict_proba(new_digits[0])
    far = [
        np.abs(
            DistillCompressor(model=DecisionTreeClassifier(max_depth=6, random_state=0), soft=soft)
            .compress(whole, digit_rows)
            .predict_proba(new_digits[0])
            - due
        ).mean()
        for soft in (True, False)
    ]
    assert far[0] < 0.5 * far[1]


def test_a_model_that_takes_no_weights_learns_the_labels(digits, digit_rows, new_digits):
    small = DistillCompressor(model=KNeighborsClassifier(3)).compress(
        digits(RandomForestClassifier, **FOREST), digit_rows
    )
    assert small.score(*new_digits) > 0.9


def test_a_regression_learns_the_values():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = X @ [1.0, 2.0, 0.0, -1.0]
    whole = make_pipeline(RandomForestRegressor(20, random_state=0)).fit(X, y)
    small = DistillCompressor(model=Ridge()).compress(whole, Dataset.of(X, y))
    assert np.corrcoef(small.predict(X), whole.predict(X))[0, 1] > 0.95


def test_rare_classes_are_learned_though_no_row_is_given_one():
    X = np.arange(40.0)[:, None]
    y = np.r_[np.zeros(38, int), 1, 2]
    whole = make_pipeline(DecisionTreeClassifier(max_depth=1)).fit(X, y)
    assert set(whole.predict(X)) != {0, 1, 2}
    small = DistillCompressor(model=LogisticRegression()).compress(whole, Dataset.of(X, y))
    assert small.classes_.tolist() == [0, 1, 2]
    with pytest.raises(DataError, match=r"the big model never answers \[2\] on the training rows"):
        DistillCompressor(model=LogisticRegression(), soft=False).compress(whole, Dataset.of(X, y))


def test_values_cannot_be_learned_by_a_classifier(digits, digit_rows):
    with pytest.raises(ConfigError, match="Ridge cannot learn what RandomForestClassifier answers"):
        DistillCompressor(model=Ridge()).compress(digits(RandomForestClassifier, **FOREST), digit_rows)


def test_the_model_declared_is_left_as_it_was(digits, digit_rows):
    student = DecisionTreeClassifier(max_depth=3, random_state=0)
    DistillCompressor(model=student).compress(digits(RandomForestClassifier, **FOREST), digit_rows)
    assert not hasattr(student, "tree_")
