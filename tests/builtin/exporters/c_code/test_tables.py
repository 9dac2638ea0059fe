"""Tables of numbers and texts: repaired, encoded, sent to transforms by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from runner.data import Dataset
from runner.errors import DataError, PluginError
from runner.execute.cleaning import Repair
from runner_builtin.cleaners.allowed_values import AllowedValues
from runner_builtin.cleaners.clean_text import CleanText
from runner_builtin.cleaners.clip import Clip
from runner_builtin.cleaners.column_cleaners import DropColumns
from runner_builtin.cleaners.fill_missing import FillMissing
from runner_builtin.cleaners.rare_categories import RareCategories
from runner_builtin.transforms.frequency import Frequency
from runner_builtin.transforms.ordinal import Ordinal
from runner_builtin.transforms.tfidf import Tfidf

RNG = np.random.default_rng(0)
N = 200
TABLE = pd.DataFrame(
    {
        "age": RNG.normal(40, 10, N).round(),
        "note": RNG.choice(["red car", "blue car fast", "Émile's bike", "x"], N),
        "job": RNG.choice(["cook", "nurse", "größer", "rare1", "rare2"], N, p=[0.4, 0.3, 0.26, 0.02, 0.02]),
        "code": RNG.choice([1, 2, 5], N),
        "id": RNG.integers(0, 10**6, N),
    }
)
TABLE.loc[::7, "age"] = np.nan
TABLE.loc[::5, "job"] = None
TARGET = (RNG.random(N) > 0.5).astype(int)
NEW = pd.concat(
    [
        TABLE,
        pd.DataFrame({"age": [np.nan, 1e6], "note": ["", "Zebra"], "job": [None, "pilot"], "code": [7, 2], "id": 3}),
    ],
    ignore_index=True,
)


def router(encoder: Any, columns: list[str]) -> ColumnTransformer:
    routes = [
        ("words", Tfidf(), "note"),
        ("categories", encoder, columns),
        ("scaled", make_pipeline(StandardScaler()), ["age"]),
    ]
    return ColumnTransformer(routes, remainder="passthrough")


def repaired(cleaners: list[Any]) -> Repair:
    """Fit cleaners one after the other, as a run does."""
    dataset, fitted = Dataset.of(TABLE), []
    for cleaner in cleaners:
        cleaner = cleaner.fit(dataset) if getattr(cleaner, "learns", False) else cleaner
        dataset = cleaner.clean(dataset)
        fitted.append(cleaner)
    return Repair(fitted)


CLEANERS = [
    [FillMissing(strategy="median", columns=["age"]), FillMissing(strategy="constant", value="unknown")],
    [DropColumns(columns="id"), FillMissing(strategy="most_frequent")],
    [
        FillMissing(strategy="most_frequent"),
        RareCategories(min_count=10, columns="job"),
        Clip(lower=20, upper_quantile=0.9),
    ],
]
ENCODERS = [
    (0, OneHotEncoder(handle_unknown="ignore"), ["job"]),
    (1, OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=15, drop="first"), ["job", "code"]),
    (2, Ordinal(), ["job", "code"]),
    (0, Frequency(), ["job"]),
]


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize(("cleaners", "encoder", "columns"), ENCODERS, ids=lambda one: type(one).__name__)
@pytest.mark.fault("F87")
def test_a_mixed_table_comes_out_alike(cleaners: int, encoder: Any, columns: list[str], as_c) -> None:
    repair = repaired(CLEANERS[cleaners])
    tail = make_pipeline(router(encoder, columns), LogisticRegression(max_iter=500))
    tail.fit(repair.transform(TABLE), TARGET)
    pipeline = Pipeline([("repair", repair), *tail.steps])
    model = as_c(pipeline, TABLE, precision="float64")
    np.testing.assert_allclose(model.predict_proba(NEW), pipeline.predict_proba(NEW), rtol=0, atol=1e-9)


def test_columns_are_found_by_name_whatever_their_order(as_c) -> None:
    rows = TABLE[["age", "code"]].fillna(0)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, TARGET)
    model = as_c(pipeline, rows)
    np.testing.assert_array_equal(model.predict(rows[["code", "age"]]), model.predict(rows))


def test_a_category_that_the_encoder_refuses_is_refused(as_c) -> None:
    rows = TABLE[["job", "code"]].fillna("none")
    pipeline = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(rows, TARGET)
    model = as_c(pipeline, rows)
    with pytest.raises(DataError, match="no answer to row 0"):
        model.predict(pd.DataFrame({"job": ["pilot"], "code": [1]}))
    coded = as_c(make_pipeline(OrdinalEncoder(), DecisionTreeClassifier()).fit(rows, TARGET), rows)
    with pytest.raises(DataError, match="no answer to row 1"):
        coded.predict(pd.DataFrame({"job": ["cook", "cook"], "code": [1, 9]}))


def test_a_value_that_is_not_allowed_is_refused(as_c) -> None:
    rows = TABLE[["code", "job"]].fillna("none")
    repair = Repair([AllowedValues(values={"code": {"min": 1, "max": 5}, "job": sorted(set(rows["job"]))})])
    encoder = OneHotEncoder(handle_unknown="ignore")
    pipeline = Pipeline([("repair", repair), ("codes", encoder), ("model", LogisticRegression())]).fit(rows, TARGET)
    model = as_c(pipeline, rows)
    np.testing.assert_array_equal(model.predict(rows), pipeline.predict(rows))
    for code, job in ((9, "cook"), (1, "pilot")):
        with pytest.raises(DataError, match="no answer to row 0"):
            model.predict(pd.DataFrame({"code": [code], "job": [job]}))


def test_a_column_of_texts_that_reaches_the_model_is_named(as_c) -> None:
    route = ColumnTransformer([("scaled", StandardScaler(), ["code"])], remainder="passthrough")
    pipeline = make_pipeline(route, LogisticRegression()).fit(TABLE[["code", "age"]].fillna(0), TARGET)
    rows = TABLE[["code", "note"]].rename(columns={"note": "age"})
    with pytest.raises(PluginError, match="it would get columns that are no numbers: 'remainder__age'"):
        as_c(pipeline, rows)


def test_a_cleaner_that_there_is_no_c_for_is_named(as_c) -> None:
    pipeline = Pipeline([("repair", Repair([CleanText()])), ("model", LogisticRegression())])
    with pytest.raises(PluginError, match=r"step 'repair.CleanText' \(CleanText\): there is no C"):
        as_c(pipeline, TABLE)
