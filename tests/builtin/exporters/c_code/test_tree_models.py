from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from runner.errors import PluginError
from runner.ship.answers import ask, difference

IRIS, KINDS = load_iris(return_X_y=True)
WINE, CELLARS = load_wine(return_X_y=True)
DIABETES, COURSE = load_diabetes(return_X_y=True)

#: Behind a scaler trees see numbers that were computed in double precision, else the row as it comes.
TREES: list[tuple[Any, Any, Any, bool]] = [
    (DecisionTreeClassifier(max_leaf_nodes=9), IRIS, KINDS, False),
    (RandomForestClassifier(20, random_state=0), IRIS, KINDS, True),
    (RandomForestClassifier(20, random_state=0, class_weight="balanced"), WINE, CELLARS == 1, False),
    (DecisionTreeRegressor(max_depth=5), DIABETES, np.column_stack([COURSE, COURSE / 2]), True),
    (ExtraTreesRegressor(10, random_state=0), DIABETES, COURSE, False),
    (GradientBoostingClassifier(n_estimators=10), IRIS, KINDS, False),
    (GradientBoostingClassifier(n_estimators=10, loss="exponential"), WINE, CELLARS == 1, True),
    (GradientBoostingRegressor(n_estimators=10), DIABETES, COURSE, False),
    (HistGradientBoostingClassifier(max_iter=10), IRIS, KINDS, False),
    (HistGradientBoostingRegressor(max_iter=10, loss="poisson"), DIABETES, COURSE, True),
]


@pytest.mark.parametrize(("model", "rows", "target", "scaled"), TREES, ids=lambda one: type(one).__name__)
def test_trees_go_the_same_way_even_where_data_lie_on_their_limits(
    model: Any, rows: Any, target: Any, scaled: bool, as_c
) -> None:
    pipeline = make_pipeline(*([StandardScaler()] if scaled else []), model).fit(rows, target)
    apart = difference(ask(pipeline, rows), ask(as_c(pipeline, rows), rows))
    assert apart.within(1e-6), apart


def test_a_missing_number_goes_where_it_went_in_training(as_c) -> None:
    rows = IRIS.copy()
    rows[::3, 2] = np.nan
    for model in (RandomForestClassifier(10, random_state=0), HistGradientBoostingClassifier(max_iter=5)):
        pipeline = make_pipeline(model).fit(rows, KINDS)
        asked = np.vstack([rows, np.full((1, 4), np.nan)])
        assert difference(ask(pipeline, asked), ask(as_c(pipeline, rows), asked)).within(1e-6)


def test_leaves_of_eight_bits_change_few_labels(as_c) -> None:
    for model in (RandomForestClassifier(30, min_samples_leaf=5), GradientBoostingClassifier(n_estimators=20)):
        pipeline = make_pipeline(model).fit(WINE, CELLARS)
        apart = difference(ask(pipeline, WINE), ask(as_c(pipeline, WINE, precision="int8"), WINE))
        assert apart.labels <= 0.02 * apart.rows
        assert apart.worst < 0.02


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (GradientBoostingRegressor(n_estimators=2, init=LinearRegression()), "begins with another model"),
        (HistGradientBoostingRegressor(max_iter=2, categorical_features=[1]), "it splits categories"),
    ],
)
def test_trees_that_there_is_no_c_for_are_refused(model: Any, told: str, as_c) -> None:
    rows = np.round(np.abs(DIABETES[:, :4]) * 50)
    with pytest.raises(PluginError, match=told):
        as_c(make_pipeline(model).fit(rows, COURSE), rows)
    classes = make_pipeline(DecisionTreeClassifier()).fit(rows, np.column_stack([COURSE > 100, COURSE > 200]))
    with pytest.raises(PluginError, match="several targets of classes"):
        as_c(classes, rows)
