"""Mixed tables: routed columns, categories, gaps, bounds. Rows asked are unlike those learned from in every way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.execute.cleaning import Repair
from runner_builtin.cleaners.allowed_values import AllowedValues
from runner_builtin.cleaners.clean_text import CleanText
from runner_builtin.cleaners.clip import Clip
from runner_builtin.cleaners.column_cleaners import DropColumns, DropConstantColumns
from runner_builtin.cleaners.fill_missing import FillMissing
from runner_builtin.cleaners.rare_categories import RareCategories
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.transforms.frequency import Frequency
from runner_builtin.transforms.ordinal import Ordinal
from runner_builtin.transforms.target_encoding import TargetEncoding
from runner_builtin.transforms.tfidf import Tfidf
from tests.builtin.onnx.onnx_cases import alike, dense, loaded, transformed

RNG = np.random.default_rng(0)
N = 120
LABELS = np.where(RNG.random(N) < 0.5, "no", "yes")


def table(*, gaps: bool = False) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "age": RNG.integers(18, 80, N),
            "job": RNG.choice(["nurse", "cook", "clerk", "smith", "ß ñ"], N),
            "pay": RNG.normal(30_000, 5_000, N),
            "flag": RNG.random(N) < 0.3,
            "note": RNG.choice(["rain and sun", "sun", "wind or rain", ""], N),
        }
    )
    if gaps:
        rows["pay"] = rows["pay"].mask(RNG.random(N) < 0.2)
        rows["job"] = rows["job"].mask(RNG.random(N) < 0.2)
    return rows


def strange(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with categories never met, far numbers and empty texts."""
    made = rows.copy()
    made.loc[::7, "job"] = "never met"
    made.loc[::5, "job"] = ""
    made["pay"] = made["pay"] * 3
    made.loc[::3, "note"] = "İstanbul RAIN"
    return made


def routed(*routes: Any, remainder: str = "drop") -> Pipeline:
    router = ColumnTransformer(list(routes), remainder=remainder, verbose_feature_names_out=False)
    return Pipeline([("routes", router), ("model", SoftmaxClassifier(epochs=2))])


@pytest.mark.parametrize(
    "step",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(handle_unknown="ignore", drop="first"),
        OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=25),
        OneHotEncoder(handle_unknown="ignore", max_categories=3),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        Ordinal(),
        Ordinal(max_categories=3),
        Frequency(),
        TargetEncoding(cv=2, random_state=0),
    ],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("gaps", [False, True])
def test_categories_become_the_same_numbers(step: Any, gaps: bool) -> None:
    rows = table(gaps=gaps)[["job", "flag", "age"]]
    asked = strange(table(gaps=gaps))[["job", "flag", "age"]]
    step.fit(rows, LABELS)
    if type(step) is OrdinalEncoder or not gaps:
        asked = asked.fillna({"job": "cook"})
    found = transformed(step, rows, asked)
    np.testing.assert_allclose(found, dense(step.transform(asked)), rtol=1e-12)


def test_several_classes_have_a_mean_each() -> None:
    rows, target = table()[["job", "age"]], RNG.choice(["a", "b", "c"], N)
    step = TargetEncoding(cv=2, random_state=0).fit(rows, target)
    np.testing.assert_allclose(transformed(step, rows, rows), dense(step.transform(rows)), rtol=1e-12)


def test_columns_go_each_their_way_and_one_input_is_for_each_of_them() -> None:
    pipeline = routed(
        ("one_hot", OneHotEncoder(handle_unknown="ignore"), ["job"]),
        ("standard_scale", StandardScaler(), ["age", "pay"]),
        ("tfidf", Tfidf(ngram_range=(1, 2)), "note"),
        ("chain", Pipeline([("ordinal", Ordinal()), ("scale", StandardScaler())]), ["flag"]),
    )
    rows = table()
    alike(pipeline, rows, LABELS, strange(rows))
    session = loaded(pipeline, rows, LABELS)._session
    assert [one.name for one in session.get_inputs()] == list(rows.columns)
    assert {one.name: one.type for one in session.get_inputs()}["note"] == "tensor(string)"


def test_columns_that_nobody_names_pass_by_and_a_second_router_knows_the_names() -> None:
    first = ColumnTransformer(
        [("ordinal", Ordinal(), ["job"])], remainder="passthrough", verbose_feature_names_out=False
    ).set_output(transform="pandas")
    second = ColumnTransformer([("scale", StandardScaler(), ["pay", "job"])], remainder="passthrough")
    pipeline = Pipeline([("first", first), ("second", second), ("model", SoftmaxClassifier(epochs=2))])
    rows = table().drop(columns="note")
    alike(pipeline, rows, LABELS, strange(table()).drop(columns="note"))


def test_texts_that_would_stand_beside_numbers_are_refused() -> None:
    pipeline = routed(("scale", StandardScaler(), ["age"]), remainder="passthrough")
    rows = table()[["age", "job"]]
    with pytest.raises(ConfigError, match=r"step 'routes' .*columns of texts pass it by"):
        loaded(Pipeline([("routes", pipeline.steps[0][1].fit(rows)), ("model", StandardScaler())]), rows, LABELS)


def test_new_rows_are_repaired_in_the_graph() -> None:
    rows = table(gaps=True)
    dataset, cleaners = Dataset.of(rows, LABELS), []
    for cleaner in (
        FillMissing(columns=["pay"]),
        FillMissing(strategy="constant", value="unknown", columns=["job"]),
        Clip(lower_quantile=0.1, upper_quantile=0.9, columns=["pay", "age"]),
        RareCategories(min_count=20, columns=["job"]),
        DropColumns(columns=["note", "flag"]),
    ):
        fitted = cleaner.fit(dataset) if getattr(cleaner, "learns", False) else cleaner
        dataset = fitted.clean(dataset)
        cleaners.append(fitted)
    pipeline = Pipeline(
        [
            ("repair", Repair(cleaners)),
            *routed(
                ("one_hot", OneHotEncoder(handle_unknown="ignore"), ["job"]),
                ("scale", StandardScaler(), ["age", "pay"]),
            ).steps,
        ]
    )
    asked = strange(rows)
    asked.loc[::4, ["job", "pay"]] = None
    alike(pipeline, rows, LABELS, asked)


def test_a_table_of_numbers_is_repaired_as_one_block() -> None:
    rows = table(gaps=True)[["pay", "age"]]
    filled = FillMissing().fit(Dataset.of(rows, LABELS))
    clip = Clip(lower=20.0, upper_quantile=0.9).fit(filled.clean(Dataset.of(rows, LABELS)))
    pipeline = Pipeline(
        [("repair", Repair([filled, clip])), ("scale", StandardScaler()), ("model", SoftmaxClassifier(epochs=2))]
    )
    alike(pipeline, rows, LABELS, rows * 2)


def test_arrays_are_repaired_too() -> None:
    rows = RNG.normal(size=(N, 4))
    rows[:, 3] = 1.0
    gappy = np.where(RNG.random(rows.shape) < 0.2, np.nan, rows)
    filled = FillMissing().fit(Dataset.of(gappy, LABELS))
    clip = Clip(lower=-1.0, upper=1.0)
    constant = DropConstantColumns().fit(clip.clean(filled.clean(Dataset.of(gappy, LABELS))))
    pipeline = Pipeline([("repair", Repair([filled, clip, constant])), ("model", SoftmaxClassifier(epochs=2))])
    alike(pipeline, gappy, LABELS)


def test_a_number_that_is_not_allowed_has_no_answer() -> None:
    rows = table()[["age", "pay"]]
    rule = AllowedValues(values={"age": {"min": 0, "max": 120}})
    pipeline = Pipeline(
        [("repair", Repair([rule])), ("scale", StandardScaler()), ("model", SoftmaxClassifier(epochs=2))]
    )
    alike(pipeline, rows, LABELS)
    model = loaded(pipeline, rows, LABELS)
    with pytest.raises(DataError, match="no answer to row 0"):
        model.predict(pd.DataFrame({"age": [-1], "pay": [1.0]}))


def test_a_cleaner_without_converter_is_named() -> None:
    rows = table()[["note"]]
    pipeline = Pipeline(
        [("repair", Repair([CleanText()])), ("tfidf", Tfidf()), ("model", SoftmaxClassifier(epochs=1))]
    )
    pipeline.fit(rows, LABELS)
    with pytest.raises(ConfigError, match=r"step 'repair' \(Repair\): its cleaner CleanText: it has no converter"):
        loaded(pipeline, rows, LABELS)


def test_stopping_at_a_new_category_is_refused() -> None:
    rows = table()[["job"]]
    for step in (OneHotEncoder(), OrdinalEncoder()):
        pipeline = Pipeline([("step", step), ("model", SoftmaxClassifier(epochs=1))]).fit(rows, LABELS)
        with pytest.raises(ConfigError, match="a graph cannot stop"):
            loaded(pipeline, rows, LABELS)


def test_dates_are_refused_by_their_column() -> None:
    rows = pd.DataFrame({"when": pd.to_datetime(["2026-01-31"] * 6), "x": range(6)})
    pipeline = routed(("scale", StandardScaler(), ["x"])).fit(rows, LABELS[:6])
    with pytest.raises(ConfigError, match="the column 'when' of datetime64"):
        loaded(pipeline, rows, LABELS[:6])
