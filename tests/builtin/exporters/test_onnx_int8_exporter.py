from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from runner.errors import ConfigError, DataError
from runner.ship.answers import ask, difference
from runner_builtin.exporters.onnx_int8_exporter import OnnxInt8Exporter
from runner_builtin.models.linear_models import SoftmaxClassifier
from runner_builtin.models.mlp_models import MLPClassifier
from runner_builtin.training.optimizers import Adam
from tests.builtin.onnx.onnx_cases import finished

PIXELS, DIGITS = load_digits(return_X_y=True)


@pytest.mark.parametrize("model", [SoftmaxClassifier, MLPClassifier])
def test_weights_take_8_bits_and_nearly_every_label_stays(model: type, tmp_path: Path) -> None:
    fitted = model(epochs=4, optimizer=Adam(learning_rate=0.01))
    pipeline = Pipeline([("scale", StandardScaler()), ("model", fitted)]).fit(PIXELS, DIGITS)
    exporter = OnnxInt8Exporter()
    (path,) = exporter.export(finished(pipeline, PIXELS, DIGITS), tmp_path)
    assert [tmp_path / "model.int8.onnx"] == list(tmp_path.iterdir())
    operations = {node.op_type for node in onnx.load_model(path).graph.node}
    assert "MatMulInteger" in operations
    assert "MatMul" not in operations
    found = difference(ask(pipeline, PIXELS), ask(exporter.load(path, frozenset()), PIXELS))
    assert 0 < found.worst < 0.2
    assert found.within(exporter.tolerance, exporter.may_change), found
    gappy = PIXELS[:3].copy()
    gappy[1, 5] = np.nan
    with pytest.raises(DataError, match="no answer to row 1"):
        exporter.load(path, frozenset()).predict(gappy)
    first = path.read_bytes()
    exporter.export(finished(pipeline, PIXELS, DIGITS), tmp_path)
    assert path.read_bytes() == first


def test_a_model_without_weights_is_refused(tmp_path: Path) -> None:
    pipeline = Pipeline([("model", RandomForestClassifier(2))]).fit(PIXELS[:50], DIGITS[:50])
    with pytest.raises(ConfigError, match="no matrix product with weights, so nothing can be written in 8 bits"):
        OnnxInt8Exporter().export(finished(pipeline, PIXELS, np.asarray(DIGITS)), tmp_path)
