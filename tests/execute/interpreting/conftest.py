"""A fitted model with rows that it has not seen, as the interpretation meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from runner.data import Dataset
from runner.execute.components import Called
from runner.execute.interpreting.asking import Subject
from runner.plan.experiment import resolve
from runner.testing import make_catalogue

N_ROWS = 300


@pytest.fixture(scope="session")
def called() -> Callable[[str, Any], Called]:
    """Wrap a component of a group as the core does."""
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "holdout",
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
        "executor": "inline",
    }
    experiment = resolve(declared, make_catalogue())
    return lambda group, component: Called(experiment.many(group)[0], component)


@pytest.fixture
def make_subject(called: Any) -> Callable[..., Subject]:
    """Fit a pipeline on the first half of some rows, and hold out the others."""

    def make(pipeline: Any, features: Any, target: Any) -> Subject:
        half = len(target) // 2
        whole = pipeline if isinstance(pipeline, Pipeline) else Pipeline([("model", pipeline)])
        rows = Dataset.of(features, target)
        whole.fit(rows.take(np.arange(half)).features, target[:half])
        return Subject(
            called("model", whole.steps[-1][1]), whole, rows.take(np.arange(half, len(target))), "the model"
        )

    return make


@pytest.fixture(scope="session")
def table() -> tuple[pd.DataFrame, Any]:
    """Give 300 rows: the class follows `big`, a little `small` and `colour`; `copy` goes with `big`."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"big": rng.normal(size=N_ROWS), "noise": rng.normal(size=N_ROWS)})
    frame["small"] = rng.integers(0, 4, N_ROWS)
    frame["copy"] = frame["big"] ** 3
    frame["colour"] = rng.choice(["red", "green", "blue"], N_ROWS)
    target = np.where(2 * frame["big"] + 0.5 * frame["small"] + (frame["colour"] == "red") > 1, "yes", "no")
    return frame, target.astype(str)
