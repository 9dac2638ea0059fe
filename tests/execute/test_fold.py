"""What is asked of a fitted model when it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from runner.data import Dataset
from runner.execute.components import Components, build_components
from runner.execute.fold import judged
from runner.execute.observing import Stages
from runner.execute.preparing import Prepared
from runner.plan.experiment import resolve
from runner.testing import make_catalogue

X = np.random.default_rng(0).normal(size=(40, 3))
ROWS = Dataset.of(X, (X[:, 0] > 0).astype(int))


class Asked(LogisticRegression):  # type: ignore[misc]
    """Remembers what it was asked for."""

    asked: Sequence[str] = ()

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        self.asked = [*self.asked, "probabilities"]
        return super().predict_proba(X)


def components(metrics: Sequence[str]) -> Components:
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "holdout",
        "model": "LogisticRegression",
        "metrics": list(metrics),
        "executor": "inline",
        "exporters": ["skops"],
    }
    return build_components(resolve(declared, make_catalogue()), Path(), without=["exporters"])


@pytest.mark.parametrize(
    ("metrics", "only_scores", "asked"),
    [
        (["accuracy"], True, []),
        (["accuracy", "log_loss"], True, ["probabilities"]),
        (["accuracy"], False, ["probabilities"]),
    ],
)
def test_a_model_is_asked_for_what_a_metric_reads_and_for_all_where_the_prediction_is_kept(
    metrics: list[str], only_scores: bool, asked: list[str]
) -> None:
    model = Asked().fit(ROWS.features, ROWS.target)
    rows = Prepared(ROWS, ROWS, ROWS)
    fold = judged(components(metrics), model, rows, Stages(), only_scores=only_scores)
    assert list(model.asked) == asked
    assert fold.scores["accuracy"] == model.score(ROWS.features, ROWS.target)


def test_scores_are_the_same_whether_or_not_the_prediction_is_kept() -> None:
    model, rows = Asked().fit(ROWS.features, ROWS.target), Prepared(ROWS, ROWS, ROWS)
    made = components(["accuracy", "f1", "confusion_matrix"])
    scores = [judged(made, model, rows, Stages(), only_scores=only).scores for only in (True, False)]
    assert repr(scores[0]) == repr(scores[1])


def test_groups_that_are_not_wanted_are_not_built() -> None:
    assert components(["accuracy"]).many("exporters") == ()
