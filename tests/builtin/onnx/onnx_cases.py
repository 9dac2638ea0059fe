"""Pipelines written as ONNX, loaded, and compared with what they were made of."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from sklearn.pipeline import Pipeline

from runner.contracts import FinishedRun
from runner.data import Dataset, take_rows
from runner.ship.answers import Difference, ask, difference
from runner_builtin.exporters.onnx_exporter import OnnxExporter
from runner_builtin.onnx.asking import feeds, inputs_of
from runner_builtin.onnx.converting import Conversion
from runner_builtin.onnx.features import Tensor, as_double, matrix
from runner_builtin.onnx.graph import IR_VERSION, OPSETS


def finished(pipeline: Pipeline, rows: Any, target: Any, converters: Mapping[str, Any] | None = None) -> FinishedRun:
    """Make a finished run of a fitted pipeline."""
    classes = getattr(pipeline.steps[-1][1], "classes_", None)
    sample = Dataset.of(take_rows(rows, np.arange(5)), np.asarray(target)[:5])
    return FinishedRun("case", pipeline, sample, {}, None if classes is None else list(classes), converters or {})


def loaded(pipeline: Pipeline, rows: Any, target: Any, **more: Any) -> Any:
    """Write a fitted pipeline and load it."""
    with tempfile.TemporaryDirectory() as folder:
        (path,) = OnnxExporter().export(finished(pipeline, rows, target, **more), Path(folder))
        return OnnxExporter().load(path, frozenset())


def apart(pipeline: Pipeline, rows: Any, target: Any, asked: Any = None) -> Difference:
    """Fit a pipeline, write it, and say how far its answers are off. asked: other rows than those learned from."""
    pipeline.fit(rows, target)
    questions = rows if asked is None else asked
    return difference(ask(pipeline, questions), ask(loaded(pipeline, rows, target), questions))


def alike(pipeline: Pipeline, rows: Any, target: Any, asked: Any = None, within: float = 1e-5) -> None:
    """Fail unless a pipeline and its graph answer alike."""
    found = apart(pipeline, rows, target, asked)
    assert found.rows > 0
    assert found.within(within), found


def transformed(step: Any, fitted_on: Any, rows: Any) -> np.ndarray:
    """Return what the graph of a fitted transform makes of rows. fitted_on: rows that tell what the inputs are."""
    asked = inputs_of(fitted_on)
    conversion = Conversion.new({})
    made = as_double(matrix(conversion.step(step, asked), conversion.graph), conversion.graph)
    graph, inputs = conversion.graph, [asked] if isinstance(asked, Tensor) else [*asked.values()]
    kinds = {one.name: TensorProto.STRING if one.kind == "text" else TensorProto.DOUBLE for one in inputs}
    proto = helper.make_graph(
        graph.nodes,
        "case",
        [helper.make_tensor_value_info(one.name, kinds[one.name], ["n", *one.shape]) for one in inputs],
        [helper.make_tensor_value_info(made.name, TensorProto.DOUBLE, ["n", made.shape[0]])],
        list(graph.constants.values()),
    )
    versions = [helper.make_opsetid(domain, number) for domain, number in OPSETS.items()]
    model = helper.make_model(proto, opset_imports=versions, ir_version=IR_VERSION)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    wanted = {one.name: "text" if one.kind == "text" else "double" for one in inputs}
    return np.concatenate([session.run(None, block)[0] for block in feeds(rows, wanted, frozenset())])


def dense(made: Any) -> np.ndarray:
    """Return what a transform of scikit-learn gives as an array of floats."""
    return np.asarray(made.toarray() if hasattr(made, "toarray") else made, dtype=float)
