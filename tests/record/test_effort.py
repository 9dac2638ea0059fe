"""How many numbers a model holds, and what a row costs it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from runner.record.effort import Effort, effort_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
Y = np.arange(90) % 3


def fitted(model: Any, y: Any = Y) -> Any:
    return model.fit(X, y)


def test_a_linear_model_multiplies_each_weight_once_and_adds_its_intercepts() -> None:
    assert effort_of(fitted(LogisticRegression())) == Effort(15, 12)


def test_zeros_are_no_parameters_and_are_multiplied_all_the_same() -> None:
    model = fitted(LogisticRegression())
    model.coef_[0, :3] = 0
    assert effort_of(model) == Effort(12, 12)
    model.coef_ = sparse.csr_matrix(model.coef_)
    assert effort_of(model) == Effort(12, 9)


def test_a_network_multiplies_layer_by_layer() -> None:
    model = MLPRegressor(hidden_layer_sizes=(5,), max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, X[:, 0])
    assert effort_of(model) == Effort(4 * 5 + 5 + 5 + 1, 4 * 5 + 5)


def test_a_tree_is_compared_on_each_level() -> None:
    model = fitted(DecisionTreeClassifier(max_depth=3, random_state=0))
    inner, leaves = model.get_n_leaves() - 1, model.get_n_leaves()
    assert effort_of(model) == Effort(2 * inner + 3 * leaves, 3)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(4, max_depth=2, random_state=0),
        GradientBoostingClassifier(n_estimators=4, max_depth=2),
        HistGradientBoostingClassifier(max_iter=4, max_depth=2),
    ],
)
def test_more_trees_are_more_of_both(model: Any) -> None:
    name = "max_iter" if hasattr(model, "max_iter") else "n_estimators"
    few = effort_of(fitted(model))
    many = effort_of(fitted(model.set_params(**{name: 8})))
    assert few.parameters < many.parameters
    assert few.multiply_adds < many.multiply_adds


def test_all_steps_count_and_nothing_twice() -> None:
    scaler = StandardScaler().fit(X)
    model = LinearRegression().fit(X, X[:, 0] + 1)
    both = effort_of(make_pipeline(scaler, model))
    assert both == effort_of(scaler) + effort_of(model)
    assert effort_of([model, model]) == effort_of(model)


def test_what_holds_no_numbers_costs_nothing() -> None:
    assert effort_of("text") == effort_of(None) == Effort()
