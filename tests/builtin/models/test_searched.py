"""A model whose options are chosen on training rows, against scikit-learn's own search."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.svm import SVC, LinearSVC

from runner.errors import ConfigError, DataError
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.models.searched import Searched
from runner_builtin.training.optimizers import Momentum

X, Y = load_iris(return_X_y=True)


def test_it_chooses_and_scores_as_scikit_learns_search_does() -> None:
    grid = {"C": [0.01, 0.1, 1.0, 10.0], "gamma": ["scale", 0.5]}
    ours = Searched(model=SVC(), grid=grid, folds=4, random_state=3).fit(X, Y)
    theirs = GridSearchCV(SVC(), grid, cv=StratifiedKFold(4, shuffle=True, random_state=3)).fit(X, Y)
    assert ours.chosen_ == theirs.best_params_
    assert ours.chosen_score_ == pytest.approx(theirs.best_score_, abs=1e-12)
    assert [one["score"] for one in ours.searched_] == pytest.approx(theirs.cv_results_["mean_test_score"], abs=1e-12)
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_its_cross_validation_is_the_nested_one() -> None:
    grid, inner = {"C": [0.01, 1.0, 100.0]}, StratifiedKFold(3, shuffle=True, random_state=0)
    outer = StratifiedKFold(5, shuffle=True, random_state=1)
    ours = cross_val_score(Searched(model=SVC(), grid=grid, random_state=0), X, Y, cv=outer, scoring="accuracy")
    theirs = cross_val_score(GridSearchCV(SVC(), grid, cv=inner), X, Y, cv=outer)
    assert ours.tolist() == theirs.tolist()


def test_a_regressor_is_chosen_by_r2_and_stays_a_regressor() -> None:
    features, target = load_diabetes(return_X_y=True)
    grid = {"alpha": [0.01, 0.1, 100.0]}
    ours = Searched(model=Ridge(), grid=grid, random_state=0).fit(features, target)
    theirs = GridSearchCV(Ridge(), grid, cv=KFold(3, shuffle=True, random_state=0)).fit(features, target)
    assert ours.chosen_ == theirs.best_params_
    assert is_regressor(ours)
    assert not is_classifier(ours)
    assert not hasattr(ours, "predict_proba")


def test_an_option_of_the_optimizer_is_reached_by_a_dot_and_a_runaway_loses() -> None:
    model = SoftmaxClassifier(optimizer=Momentum(), epochs=3, random_state=0)
    grid = {"optimizer.learning_rate": [1e12, 0.1]}
    with pytest.warns(Warning, match="diverged"):
        ours = Searched(model=model, grid=grid, folds=2).fit(X, Y)
    assert ours.chosen_ == {"optimizer.learning_rate": 0.1}
    assert ours.searched_[0]["score"] == -np.inf
    assert ours.diverged_ is None


def test_what_the_model_can_tell_it_can_tell() -> None:
    assert hasattr(Searched(model=LinearSVC()), "decision_function")
    assert not hasattr(Searched(model=LinearSVC()).fit(X, Y), "predict_proba")


def test_an_option_that_the_model_has_not_is_named() -> None:
    with pytest.raises(ConfigError, match=r"model.grid: Invalid parameter 'D' for estimator LinearSVC"):
        Searched(model=LinearSVC(), grid={"D": [1]}).fit(X, Y)


def test_a_metric_that_is_none_is_refused_with_its_neighbour() -> None:
    with pytest.raises(ConfigError, match=r"model.metric 'acuracy' is no scorer .* Did you mean 'accuracy'"):
        Searched(model=LinearSVC(), metric="acuracy").fit(X, Y)


def test_more_folds_than_a_class_has_rows_are_refused() -> None:
    with pytest.raises(DataError, match="'folds: 50' is the most"):
        Searched(model=LinearSVC(), folds=51).fit(X, Y)
