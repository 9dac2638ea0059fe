"""A table of numbers, categories, dates and texts is declared, not programmed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner

ROWS = 120
RNG = np.random.default_rng(0)
TARGET = np.where(RNG.random(ROWS) < 0.5, "yes", "no")
TABLE = pd.DataFrame(
    {
        "age": RNG.normal(40, 10, ROWS) + 3 * (TARGET == "yes"),
        "income": RNG.lognormal(3, 1, ROWS),
        "height": RNG.normal(170, 10, ROWS),
        "colour": RNG.choice(["red", "green", "blue"], ROWS),
        "city": RNG.choice(list("abcdefgh"), ROWS),
        "street": RNG.choice(list("abcdefgh"), ROWS),
        "grade": RNG.choice(["low", "mid", "high"], ROWS),
        "when": pd.date_range("2024-01-01", periods=ROWS, freq="7h"),
        "since": ["2024-02-29", "2023-12-31 23:59"] * (ROWS // 2),
        "title": [" ".join(RNG.choice(["one", "two", "three"], 3)) for _ in range(ROWS)],
        "text": [" ".join(RNG.choice(["good", "fine"] if y == "yes" else ["bad", "poor"], 4)) for y in TARGET],
    }
)
ROUTES: dict[str, dict[str, Any]] = {
    "robust_scale": {"columns": ["age"]},
    "log": {"columns": ["income"]},
    "splines": {"columns": ["height"]},
    "one_hot": {"columns": ["colour"]},
    "target_encoding": {"columns": ["city"]},
    "frequency": {"columns": ["street"]},
    "ordinal": {"columns": ["grade"], "categories": [["low", "mid", "high"]]},
    "date_parts": {"columns": ["when", "since"], "cyclic": True, "since": "2024-01-01"},
    "hashing": {"columns": ["title"], "n_features": 16},
    "counts": {"columns": ["text"]},
}


def declared(transforms: dict[str, dict[str, Any]], features: pd.DataFrame = TABLE) -> dict[str, Any]:
    return {
        "source": {"use": "in_memory", "features": features, "target": TARGET},
        "splitter": {"use": "stratified_kfold", "folds": 3},
        "transforms": {name: {"use": name, **settings} for name, settings in transforms.items()},
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
    }


def test_each_column_goes_its_own_way_and_the_model_ships(tmp_path):
    outcome = runner.run(declared(ROUTES), outputs=tmp_path)
    assert outcome.metrics.total["accuracy"].mean > 0.9
    model = runner.load(outcome.path)
    assert (model.predict(TABLE) == TARGET).mean() > 0.9


@pytest.mark.parametrize(
    ("step", "columns"),
    [
        ({"min_max_scale": {}}, ["age", "income"]),
        ({"bins": {"n_bins": 3}}, ["age", "income"]),
        ({"power": {}}, ["age", "income"]),
        ({"polynomial": {}}, ["age", "income"]),
        ({"pca": {"n_components": 2}}, ["age", "income"]),
        ({"variance_threshold": {}}, ["age", "income"]),
        ({"select_k_best": {"k": 1}}, ["age", "income"]),
        ({"select_percentile": {"percentile": 50.0}}, ["age", "income"]),
        ({"select_from_model": {}}, ["age", "income"]),
        ({"characters": {}}, ["text"]),
        ({"tfidf": {}, "svd": {"n_components": 2}}, ["text"]),
    ],
    ids=lambda value: "_".join(value),
)
def test_a_transform_takes_its_columns_and_lets_others_pass(tmp_path, step, columns):
    features = TABLE[[*columns, "height"]]
    transforms = {name: {**settings, "columns": columns} for name, settings in step.items()}
    outcome = runner.run(declared(transforms, features), outputs=tmp_path)
    assert len(runner.load(outcome.path).predict(features)) == ROWS


def test_columns_are_chosen_by_type(tmp_path):
    transforms = {
        "standard_scale": {"columns": {"types": ["number"]}},
        "date_parts": {"columns": {"types": ["date"]}},
        "one_hot": {"columns": {"types": ["text"], "except": ["text"]}},
        "counts": {"columns": {"pattern": "^text$"}},
    }
    outcome = runner.run(declared(transforms, TABLE.drop(columns=["since", "title"])), outputs=tmp_path)
    assert outcome.metrics.total["accuracy"].mean > 0.9
