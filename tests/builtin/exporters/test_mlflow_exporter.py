from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from runner.catalogue import Catalogue
from runner.errors import IntegrityError
from runner.execute.recorded import trusted_types
from runner_builtin.exporters.mlflow_exporter import MlflowExporter
from runner_builtin.models.linear_models import SoftmaxClassifier
from tests.builtin.onnx.onnx_cases import finished

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame({"a": RNG.normal(size=60), "n": RNG.integers(0, 9, 60)})
LABELS = np.array(["no", "yes", "no"] * 20)
TRUSTED = trusted_types(Catalogue.installed())


def written(folder: Path, inside: Any = "skops", rows: Any = ROWS) -> Pipeline:
    flat = rows if hasattr(rows, "iloc") else rows.reshape(len(rows), -1)
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SoftmaxClassifier(epochs=2, random_state=0))]).fit(
        flat, LABELS
    )
    folder.mkdir()
    files = MlflowExporter(inside).export(finished(pipeline, flat, LABELS), folder)
    assert sorted(files) == sorted(path for path in folder.rglob("*") if path.is_file())
    return pipeline


@pytest.mark.parametrize("inside", ["skops", "onnx"])
def test_the_folder_holds_no_pickle_and_is_read_back(inside: str, tmp_path: Path) -> None:
    pipeline = written(tmp_path / "model", inside)
    again = MlflowExporter().load(tmp_path / "model/MLmodel", TRUSTED)
    np.testing.assert_allclose(again.predict_proba(ROWS), pipeline.predict_proba(ROWS), atol=1e-6)
    assert not [path for path in (tmp_path / "model").rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]


def test_the_signature_names_columns_and_the_example_holds_nobodys_data(tmp_path: Path) -> None:
    written(tmp_path / "model", "onnx")
    told = yaml.safe_load((tmp_path / "model/MLmodel").read_text())
    assert json.loads(told["signature"]["inputs"]) == [
        {"type": "double", "name": "a", "required": True},
        {"type": "long", "name": "n", "required": True},
    ]
    example = json.loads((tmp_path / "model/input_example.json").read_text())
    assert example == {"columns": ["a", "n"], "data": [[0.0, 0]]}
    first = (tmp_path / "model/MLmodel").read_bytes()
    written(tmp_path / "again", "onnx")
    assert (tmp_path / "again/MLmodel").read_bytes() == first


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "model")
    path = tmp_path / "model/MLmodel"
    path.write_text(path.read_text().replace("runner_builtin.exporters.mlflow_loader", "mlflow.sklearn"))
    with pytest.raises(IntegrityError, match="is no MLflow model that the exporter 'mlflow' wrote"):
        MlflowExporter().load(path, TRUSTED)


@pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed")
def test_mlflow_itself_loads_it_and_answers_like_the_pipeline(tmp_path: Path) -> None:
    table = written(tmp_path / "table", "onnx")
    images = RNG.normal(size=(60, 4))
    matrix = written(tmp_path / "matrix", "skops", images)
    ROWS.to_json(tmp_path / "rows.json", orient="split")
    np.save(tmp_path / "images.npy", images)
    code = """
import json, sys
import mlflow, numpy as np, pandas as pd
folder = sys.argv[1]
table, matrix = (mlflow.pyfunc.load_model(f"{folder}/{name}") for name in ("table", "matrix"))
rows = pd.read_json(f"{folder}/rows.json", orient="split")
told = {
    "labels": table.predict(rows).tolist(),
    "chances": table.predict(rows, params={"probabilities": True}).tolist(),
    "matrix": matrix.predict(np.load(f"{folder}/images.npy")).tolist(),
    "examples": [len(model.predict(model.input_example)) for model in (table, matrix)],
}
print(json.dumps(told))
"""
    command = [sys.executable, "-P", "-W", "ignore", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["labels"] == table.predict(ROWS).tolist()
    np.testing.assert_allclose(told["chances"], table.predict_proba(ROWS), atol=1e-6)
    assert told["matrix"] == matrix.predict(images).tolist()
    assert told["examples"] == [1, 1]
