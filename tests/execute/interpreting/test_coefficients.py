from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from runner.execute.interpreting.asking import LeftOutError
from runner.execute.interpreting.coefficients import coefficients
from runner_builtin.transforms.tfidf import Tfidf


def terms(told: Any, group: int = 0) -> dict[str, float]:
    return {term["name"]: term["value"] for term in told["groups"][group]["terms"]}


def test_names_come_through_routed_columns_and_later_steps(make_subject: Any, table: Any) -> None:
    frame, target = table
    coded = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["colour"]),
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    steps = [("code", coded), ("scale", StandardScaler()), ("model", LogisticRegression())]
    subject = make_subject(Pipeline(steps), frame, target)
    told = coefficients(subject, 15)
    assert told["classes"] == ["no", "yes"]
    assert told["groups"][0]["class"] == "yes"
    values = terms(told)
    assert set(values) == {"colour_blue", "colour_green", "colour_red", "big", "noise", "small", "copy"}
    assert values["colour_red"] > values["colour_blue"]
    assert list(values.values()) == sorted(values.values(), reverse=True)
    assert "one unit of what the step before the model gives" in told["note"]


def test_each_class_has_its_top_terms_of_texts(make_subject: Any) -> None:
    texts = pd.DataFrame({"text": ["goal match team", "vote law party", "star planet orbit"] * 20})
    target = np.array(["sport", "politics", "space"] * 20)
    told = coefficients(
        make_subject(Pipeline([("tfidf", Tfidf()), ("m", SGDClassifier(random_state=0))]), texts, target), 3
    )
    assert [group["class"] for group in told["groups"]] == ["politics", "space", "sport"]
    assert set(terms(told, 0)) == {"law", "party", "vote"}
    assert set(terms(told, 2)) == {"goal", "match", "team"}


def test_steps_without_names_have_their_columns_counted(make_subject: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    nameless = FunctionTransformer(np.square)
    told = coefficients(
        make_subject(Pipeline([("square", nameless), ("model", LinearRegression())]), rows, rows[:, 0] ** 2), 5
    )
    assert told["classes"] is None
    assert terms(told)["square 0"] == pytest.approx(1)


def test_coefficients_of_0_are_no_terms(make_subject: Any) -> None:
    rows = np.eye(3)[np.arange(60) % 3]
    subject = make_subject(LinearRegression(), rows, rows[:, 0])
    subject.model.coef_ = np.array([2.0, 0.0, -1.0])
    assert terms(coefficients(subject, 5)) == {"0": 2.0, "2": -1.0}


def test_models_without_coefficients_of_a_class_are_left_out_with_the_reason(make_subject: Any, table: Any) -> None:
    frame, target = table
    numbers = frame[["big", "noise"]]
    with pytest.raises(LeftOutError, match="has no coefficients"):
        coefficients(make_subject(DecisionTreeClassifier(), numbers, target), 5)
    three = np.digitize(frame["big"], [-0.5, 0.5])
    with pytest.raises(LeftOutError, match="pair by pair"):
        coefficients(make_subject(SVC(kernel="linear"), numbers, three), 5)
    assert terms(coefficients(make_subject(SVC(kernel="linear"), numbers, target), 5))["big"] > 0


def test_many_classes_are_cut_and_the_note_says_so(make_subject: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(400, 3))
    told = coefficients(make_subject(LogisticRegression(max_iter=5, tol=10), rows, np.arange(400) % 25), 2)
    assert len(told["groups"]) == 20
    assert "Of 25 classes the first 20 are told" in told["note"]
