from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import runner
from runner.errors import PluginError
from runner.execute.interpreting.asking import LeftOutError
from runner.execute.interpreting.shap_values import shap_values

NUMBERS = ["big", "noise", "small"]
needs_shap = pytest.mark.skipif(importlib.util.find_spec("shap") is None, reason="shap is an extra")


@needs_shap
def test_values_of_a_linear_model_are_its_coefficients_times_the_distance_from_the_mean(make_subject: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3))
    told = shap_values(make_subject(LinearRegression(), rows, rows @ [3.0, -1.0, 0.0]), 2)
    held = rows[100:]
    expected = np.abs((held - held.mean(axis=0)) * [3.0, -1.0, 0.0]).mean(axis=0)
    assert told["rows"] == 100
    assert [feature["name"] for feature in told["features"]] == ["0", "1"]
    np.testing.assert_allclose([feature["mean_abs"] for feature in told["features"]], expected[:2], rtol=1e-6)


@needs_shap
@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(10, random_state=0),
        Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]),
    ],
    ids=["forest", "linear"],
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_trees_and_linear_models_are_explained_by_the_names_of_their_inputs(
    make_subject: Any, table: Any, model: Any, n_classes: int
) -> None:
    frame, target = table
    target = target if n_classes == 2 else np.digitize(frame["big"], [-0.5, 0.5])
    told = shap_values(make_subject(model, frame[NUMBERS], target), 15)
    assert told["features"][0]["name"] == "big"
    assert {feature["name"] for feature in told["features"]} == set(NUMBERS)


@needs_shap
def test_another_model_is_left_out_with_the_reason(make_subject: Any, table: Any) -> None:
    frame, target = table
    with pytest.raises(LeftOutError, match="neither a tree, nor made of trees, nor linear"):
        shap_values(make_subject(KNeighborsClassifier(), frame[NUMBERS], target), 5)


def test_asked_for_without_its_package_the_run_is_refused_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "shap" else real(name, *more)
    )
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "holdout",
        "model": "LogisticRegression",
        "interpret": {"shap": True},
    }
    with pytest.raises(PluginError, match=r"pip install 'runner-ml\[shap\]'"):
        runner.run(declared, outputs=tmp_path / "outputs")
    assert not (tmp_path / "outputs").exists()
