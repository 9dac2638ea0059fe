from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import partial_dependence as of_sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from runner.execute.interpreting.asking import LeftOutError
from runner.execute.interpreting.dependence import chosen, partial_dependence

NUMBERS = ["big", "noise", "small"]


def test_curves_of_a_classifier_are_scikit_learn_s(make_subject: Any, table: Any) -> None:
    frame, target = table
    subject = make_subject(RandomForestClassifier(10, random_state=0), frame[NUMBERS], target)
    told = partial_dependence(subject, "big")
    expected = of_sklearn(
        subject.pipeline,
        subject.rows.features,
        ["big"],
        custom_values={"big": np.asarray(told["values"])},
        method="brute",
        response_method="predict_proba",
    )
    ends = np.quantile(subject.rows.features["big"], [0.05, 0.95])
    np.testing.assert_allclose(told["values"], np.linspace(*ends, 20))
    assert [curve["class"] for curve in told["curves"]] == ["yes"]
    np.testing.assert_allclose(told["curves"][0]["mean"], expected["average"][0])


def test_numbers_of_few_values_are_taken_as_they_are_and_each_of_several_classes_has_a_curve(
    make_subject: Any, table: Any
) -> None:
    frame, _ = table
    target = np.digitize(frame["big"], [-0.5, 0.5])
    subject = make_subject(LogisticRegression(), frame[NUMBERS], target)
    told = partial_dependence(subject, "small")
    assert told["values"] == [0, 1, 2, 3]
    assert [curve["class"] for curve in told["curves"]] == ["0", "1", "2"]
    np.testing.assert_allclose(np.sum([curve["mean"] for curve in told["curves"]], axis=0), 1)


def test_a_regression_s_curve_is_a_line_where_the_model_is_linear(make_subject: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 2))
    told = partial_dependence(make_subject(LinearRegression(), rows, rows @ [2.0, -1.0]), "0")
    assert told["curves"][0]["class"] is None
    np.testing.assert_allclose(np.diff(told["curves"][0]["mean"]), 2 * np.diff(told["values"]))


def test_categories_of_few_rows_are_shown_only_where_raw_values_are_asked_for(make_subject: Any, table: Any) -> None:
    frame, target = table
    frame = frame[["big", "colour"]].copy()
    frame.loc[frame.index[-3:], "colour"] = "gold"
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["colour"]), remainder="passthrough")
    subject = make_subject(Pipeline([("code", coded), ("model", LogisticRegression())]), frame, target)
    told = partial_dependence(subject, "colour")
    assert (told["kind"], told["values"]) == ("category", ["blue", "green", "red"])
    assert told["curves"][0]["mean"][2] == max(told["curves"][0]["mean"])
    assert "gold" in partial_dependence(subject, "colour", raw=True)["values"]


def test_scores_stand_in_where_a_model_gives_no_chances(make_subject: Any, table: Any) -> None:
    frame, target = table
    told = partial_dependence(make_subject(RidgeClassifier(), frame[NUMBERS], target), "big")
    assert told["curves"][0]["mean"][0] < 0 < told["curves"][0]["mean"][-1]


def test_columns_without_a_curve_are_left_out_with_the_reason(make_subject: Any, table: Any) -> None:
    frame, target = table
    frame = frame[NUMBERS].assign(
        same=1.0, words=[f"text {n}" for n in range(len(frame))], day=pd.Timestamp("2026-01-01")
    )
    subject = make_subject(LogisticRegression(), frame[NUMBERS], target)
    shown = type(subject)(subject.called, subject.pipeline, subject.rows.with_features(frame.iloc[150:]), "")
    for column, why in (
        ("bigg", "no column 'bigg'. Did you mean 'big'"),
        ("same", "no two values"),
        ("words", "no two values"),
        ("day", "neither numbers nor categories"),
    ):
        with pytest.raises(LeftOutError, match=why):
            partial_dependence(shown, column)
    assert chosen(["same", "words", "big", "day", "noise", "small"], frame, 2) == ["big", "noise"]
    images = type(subject)(subject.called, subject.pipeline, subject.rows.with_features(np.zeros((5, 2, 2))), "")
    with pytest.raises(LeftOutError, match="no columns that could be set"):
        partial_dependence(images, "0")
