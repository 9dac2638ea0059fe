from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from runner.contracts import Exporter
from runner.errors import DataError, IntegrityError
from runner_builtin.exporters.onnx_exporter import OnnxExporter
from tests.builtin.onnx.onnx_cases import finished

ROWS = pd.DataFrame({"a": np.arange(30.0), "b": np.arange(30) % 7})
LABELS = np.array(["no", "yes", "no"] * 10)


def written(folder: Path, **more: Any) -> Path:
    pipeline = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]).fit(ROWS, LABELS)
    (path,) = OnnxExporter().export(finished(pipeline, ROWS, LABELS, **more), folder)
    return path


def test_it_is_an_exporter_and_its_file_says_what_it_is(tmp_path: Path) -> None:
    assert isinstance(OnnxExporter(), Exporter)
    model = onnx.load_model(written(tmp_path))
    onnx.checker.check_model(model)
    assert {one.domain: one.version for one in model.opset_import}[""] == 20
    assert [one.name for one in model.graph.input] == ["a", "b"]
    assert [one.name for one in model.graph.output] == ["predict", "predict_proba"]
    told = {one.key: one.value for one in model.metadata_props}
    assert json.loads(told["runner"])["classes"] == ["no", "yes"]


def test_the_same_pipeline_gives_the_same_file(tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first


def test_a_converter_of_a_plugin_comes_before_ours(tmp_path: Path) -> None:
    def convert(step: Any, features: Any, graph: Any) -> Any:
        called.append(type(step).__name__)
        from runner_builtin.onnx.numbers import standard_scaled

        return standard_scaled(step, features, graph)

    called: list[str] = []
    written(tmp_path, converters={"sklearn.preprocessing._data:StandardScaler": convert})
    assert called == ["StandardScaler"]


def test_numbers_in_other_files_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    model = onnx.load_model(path)
    onnx.save_model(
        model, tmp_path / "outside.onnx", save_as_external_data=True, size_threshold=0, location="weights"
    )
    with pytest.raises(IntegrityError, match=r"keeps numbers in other files .*Nothing was loaded"):
        OnnxExporter().load(tmp_path / "outside.onnx", frozenset())


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x80\x04 no graph")
    with pytest.raises(IntegrityError, match=r"is no ONNX file|cannot be run by onnxruntime"):
        OnnxExporter().load(tmp_path / "model.onnx", frozenset())


def test_rows_that_are_no_such_rows_are_refused_by_their_column(tmp_path: Path) -> None:
    model = OnnxExporter().load(written(tmp_path), frozenset())
    with pytest.raises(DataError, match="the rows to predict lack the columns 'b'"):
        model.predict(ROWS[["a"]])
    with pytest.raises(DataError, match="input 'a': expected numbers"):
        model.predict(pd.DataFrame({"a": ["x"], "b": [1]}))
    with pytest.raises(DataError, match="takes a table with the columns 'a', 'b'"):
        model.predict(ROWS.to_numpy())
