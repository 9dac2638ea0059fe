"""A small model with its signature, and a finished run of it to bundle; made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import runner
from runner.data import Dataset
from runner.record.read import Run
from runner.ship.signature import Signature

TABLE = pd.DataFrame({"age": [20.0, 31.5, 44.0, 58.0] * 10, "job": ["nurse", "cook", "cook", "nurse"] * 10})
TARGET = ["no", "yes", "yes", "no"] * 10


@pytest.fixture(scope="session")
def model() -> Any:
    """Train on a table of a number and a category."""
    routes = [("number", StandardScaler(), ["age"]), ("category", OneHotEncoder(handle_unknown="ignore"), ["job"])]
    return Pipeline([("table", ColumnTransformer(routes)), ("model", LogisticRegression())]).fit(TABLE, TARGET)


@pytest.fixture(scope="session")
def rows() -> Dataset:
    return Dataset.of(TABLE, TARGET)


@pytest.fixture(scope="session")
def signature(rows: Dataset) -> Signature:
    return Signature.of(rows, classes=["no", "yes"], probabilities=True)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Carry out a small experiment whose declaration tells all that a card can."""
    table = tmp_path_factory.mktemp("data") / "table.csv"
    TABLE.assign(says=TARGET).to_csv(table, index=False)
    outcome = runner.run(
        {
            "name": "jobs",
            "source": {"use": "csv", "path": str(table), "target": "says"},
            "splitter": "stratified_kfold",
            "transforms": {
                "standard_scale": {"use": "standard_scale", "columns": "age"},
                "one_hot": {"use": "one_hot", "columns": "job"},
            },
            "model": "LogisticRegression",
            "metrics": ["accuracy", "log_loss", "confusion_matrix"],
            "about": {
                "summary": "Says yes or no.",
                "authors": "A. Person",
                "licence": "MIT",
                "data_licence": "CC-BY-4.0",
                "intended_use": "For tests.",
            },
        },
        outputs=tmp_path_factory.mktemp("outputs"),
    )
    return Run.open(Path(outcome.path))
