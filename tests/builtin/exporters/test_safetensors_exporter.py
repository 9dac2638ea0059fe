from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from runner.catalogue import Catalogue
from runner.errors import ConfigError, IntegrityError
from runner.execute.recorded import trusted_types
from runner_builtin.exporters.safetensors_exporter import SafetensorsExporter
from runner_builtin.models.linear_models import LinearRegressor, SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier
from runner_builtin.transforms.tfidf import Tfidf
from tests.builtin.onnx.onnx_cases import finished

RNG = np.random.default_rng(0)
ROWS, LABELS = RNG.normal(size=(60, 4)), np.array(["a", "b", "c"] * 20)
TEXTS = np.array(["red apple", "green pear", "blue plum"] * 20, dtype=object)
TRUSTED = trusted_types(Catalogue.installed())


@pytest.mark.parametrize(
    ("steps", "rows", "target"),
    [
        ([StandardScaler(), SoftmaxClassifier(epochs=2)], ROWS, LABELS),
        ([StandardScaler(), MLPClassifier(epochs=2, hidden=(3,))], ROWS, LABELS),
        ([StandardScaler(), LinearRegressor(epochs=2)], ROWS, ROWS[:, 0]),
        ([Tfidf(ngram_range=(1, 2), sublinear_tf=True), SoftmaxClassifier(epochs=2)], TEXTS, LABELS),
    ],
    ids=["softmax", "mlp", "regression", "texts"],
)
def test_a_pipeline_comes_back_to_the_bit(steps: list[Any], rows: Any, target: Any, tmp_path: Path) -> None:
    pipeline = Pipeline([(f"step{place}", step) for place, step in enumerate(steps)]).fit(rows, target)
    path, beside = SafetensorsExporter().export(finished(pipeline, rows, target), tmp_path)
    again = SafetensorsExporter().load(path, TRUSTED)
    np.testing.assert_array_equal(again.predict(rows), pipeline.predict(rows))
    if hasattr(pipeline, "predict_proba"):
        np.testing.assert_array_equal(again.predict_proba(rows), pipeline.predict_proba(rows))
    weights = load_file(path)
    assert any(name.endswith(("coef_", "params_/weights_0")) for name in weights)
    assert json.loads(beside.read_text())["schema"] == 1


def test_a_type_that_is_not_trusted_is_not_even_imported(tmp_path: Path) -> None:
    pipeline = Pipeline([("model", SoftmaxClassifier(epochs=1))]).fit(ROWS, LABELS)
    path, beside = SafetensorsExporter().export(finished(pipeline, ROWS, LABELS), tmp_path)
    beside.write_text(
        beside.read_text().replace("runner_builtin.models.linear_models.SoftmaxClassifier", "antigravity.Fly")
    )
    with pytest.raises(
        IntegrityError, match=r"wants a 'antigravity.Fly' built, which is not trusted. Nothing was loaded"
    ):
        SafetensorsExporter().load(path, TRUSTED)
    beside.write_text(beside.read_text().replace("antigravity.Fly", "sklearn.utils.Bunch"))
    with pytest.raises(IntegrityError, match="which is no estimator"):
        SafetensorsExporter().load(path, TRUSTED)


def test_broken_files_are_refused(tmp_path: Path) -> None:
    pipeline = Pipeline([("model", SoftmaxClassifier(epochs=1))]).fit(ROWS, LABELS)
    path, beside = SafetensorsExporter().export(finished(pipeline, ROWS, LABELS), tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(IntegrityError, match="cannot be put together"):
        SafetensorsExporter().load(path, TRUSTED)
    path.write_bytes(whole)
    beside.write_text("{}")
    with pytest.raises(IntegrityError, match="cannot be put together"):
        SafetensorsExporter().load(path, TRUSTED)


def test_models_without_weights_and_steps_with_functions_are_refused(tmp_path: Path) -> None:
    forest = Pipeline([("model", RandomForestClassifier(2))]).fit(ROWS, LABELS)
    with pytest.raises(ConfigError, match=r"writes weights, and step 'model' \(RandomForestClassifier\) has none"):
        SafetensorsExporter().export(finished(forest, ROWS, LABELS), tmp_path)
    bent = Pipeline([("bend", FunctionTransformer(np.tanh)), ("model", SoftmaxClassifier(epochs=1))]).fit(
        ROWS, LABELS
    )
    with pytest.raises(
        ConfigError, match=r"cannot be written as safetensors: .*func is of .*neither numbers nor texts"
    ):
        SafetensorsExporter().export(finished(bent, ROWS, LABELS), tmp_path)
