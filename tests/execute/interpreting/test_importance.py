from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from runner.data import Prediction
from runner.errors import DataError
from runner.execute.interpreting import importance as module
from runner.execute.interpreting.asking import LeftOutError
from runner.execute.interpreting.importance import importance
from runner.plan.interpret import Interpret

ASKED = Interpret(importance=True, repeats=10)


@dataclass(frozen=True)
class Right:
    direction: Any = "maximize"
    needs: Any = "labels"

    def score(self, truth: Any, prediction: Prediction) -> float:
        if self.direction == "picky":
            raise DataError("no row of class 'x'")
        if self.needs == "probabilities":
            assert prediction.probabilities is not None
            return float(prediction.probabilities[np.arange(len(truth)), (truth == "yes").astype(int)].mean())
        return float(np.mean(truth == prediction.labels))


@dataclass(frozen=True)
class Squares:
    direction: Any = "minimize"
    needs: Any = "values"

    def score(self, truth: Any, prediction: Prediction) -> float:
        return float(np.mean((truth - prediction.labels) ** 2))


def model() -> Pipeline:
    coded = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough")
    return Pipeline([("code", coded), ("model", LogisticRegression(max_iter=1000))])


@pytest.mark.parametrize("needs", ["labels", "probabilities"])
def test_what_the_class_follows_is_more_important_than_noise(
    make_subject: Any, called: Any, table: Any, needs: str
) -> None:
    frame, target = table
    told = importance(
        make_subject(model(), frame.drop(columns="copy"), target), called("metrics", Right(needs=needs)), ASKED, 0
    )
    by_name = {feature["name"]: feature for feature in told["features"]}
    assert next(iter(by_name)) == "big"
    assert by_name["big"]["low"] > by_name["noise"]["high"]
    assert by_name["noise"]["low"] <= by_name["noise"]["mean"] <= by_name["noise"]["high"]
    assert (told["rows"], told["repeats"], told["metric"]) == (150, 10, "accuracy")
    assert "what a poor model makes no use of may matter" in told["note"]


def test_the_fall_of_an_error_is_by_how_much_it_grows(make_subject: Any, called: Any) -> None:
    """With unit-variance inputs shuffling one adds twice its squared coefficient to the mean squared error."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4000, 3))
    subject = make_subject(LinearRegression(), rows, rows @ [3.0, 1.0, 0.0])
    told = importance(subject, called("metrics", Squares()), Interpret(importance=True, rows=2000, repeats=5), 0)
    found = {feature["name"]: feature["mean"] for feature in told["features"]}
    assert found["0"] == pytest.approx(18, rel=0.1)
    assert found["1"] == pytest.approx(2, rel=0.1)
    assert found["2"] == pytest.approx(0, abs=1e-9)


def test_equal_seeds_give_equal_importance_and_at_most_the_wanted_rows_are_used(
    make_subject: Any, called: Any, table: Any
) -> None:
    frame, target = table
    subject = make_subject(model(), frame, target)
    wanted = Interpret(importance=True, rows=100)
    first, second, other = (importance(subject, called("metrics", Right()), wanted, seed) for seed in (1, 1, 2))
    assert first == second != other
    assert first["rows"] == 100


def test_inputs_that_go_together_are_named(make_subject: Any, called: Any, table: Any) -> None:
    frame, target = table
    told = importance(make_subject(model(), frame, target), called("metrics", Right()), ASKED, 0)
    assert "share their importance" in told["note"]
    assert "big, copy." in told["note"]


def test_a_model_that_makes_no_use_of_its_inputs_finds_none_important(
    make_subject: Any, called: Any, table: Any
) -> None:
    frame, target = table
    told = importance(make_subject(DummyClassifier(), frame, target), called("metrics", Right()), ASKED, 0)
    assert {feature["mean"] for feature in told["features"]} == {0.0}


def test_what_cannot_be_shuffled_or_scored_is_left_out_with_the_reason(
    make_subject: Any, called: Any, table: Any
) -> None:
    frame, target = table
    subject = make_subject(model(), frame, target)
    with pytest.raises(LeftOutError, match="no metric has a direction"):
        importance(subject, None, ASKED, 0)
    with pytest.raises(LeftOutError, match="accuracy cannot score these rows: no row of class 'x'"):
        importance(subject, called("metrics", Right("picky")), ASKED, 0)
    alone = make_subject(LogisticRegression(), frame[["big"]], target)
    with pytest.raises(LeftOutError, match="there is one input, 'big'"):
        importance(alone, called("metrics", Right()), ASKED, 0)
    thin = make_subject(LogisticRegression(), sparse.csr_matrix(frame[["big", "noise"]].to_numpy()), target)
    with pytest.raises(LeftOutError, match="a sparse matrix"):
        importance(thin, called("metrics", Right()), ASKED, 0)


def test_what_would_take_long_is_left_out_unless_it_is_asked_for(
    make_subject: Any, called: Any, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, target = table
    subject = make_subject(model(), frame, target)
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    with pytest.raises(LeftOutError, match=r"it would take about .* s; 'interpret.importance=true' computes it"):
        importance(subject, called("metrics", Right()), Interpret(), 0)
    assert importance(subject, called("metrics", Right()), ASKED, 0)["features"]
