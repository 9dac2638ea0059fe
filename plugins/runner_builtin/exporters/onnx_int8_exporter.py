"""Saving the fitted pipeline as an ONNX graph whose matrix products reckon with whole numbers of 8 bits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runner.contracts import FinishedRun
from runner.errors import ConfigError
from runner.options import Positive, Share
from runner_builtin.exporters.onnx_exporter import OnnxExporter


@dataclass(frozen=True)
class OnnxInt8Exporter:
    """Write `model.int8.onnx`: the weights of matrix products in 8 bits, a quarter of their bytes.

    may_change: the share of held-out rows that may get another label than the model gives them; how many do is
    recorded. tolerance: of a regression, how far a value may be off, in standard deviations of the values. Raises
    ConfigError for a model without matrix products, such as one of trees.
    """

    may_change: Share = 0.01
    tolerance: Positive = 0.1

    loads = "model.int8.onnx"

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Convert the pipeline and round its weights, each column by its own largest."""
        with TemporaryDirectory() as place:
            (full,) = OnnxExporter().export(run, Path(place))
            path = folder / self.loads
            path.write_bytes(_quantised(full, run.experiment))
        return [path]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return a model that answers raw rows through onnxruntime."""
        return OnnxExporter().load(path, trusted_types)


def _quantised(path: Path, experiment: str) -> bytes:
    import logging

    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    held = {tensor.name for tensor in onnx.load_model(path).graph.initializer if tensor.data_type == tensor.FLOAT}
    products = [
        node for node in onnx.load_model(path).graph.node if node.op_type == "MatMul" and node.input[1] in held
    ]
    if not products:
        raise ConfigError(
            f"the model of {experiment!r} has no matrix product with weights, so nothing can be written in 8 bits. "
            "Leave the exporter 'onnx_int8' out; 'onnx' is what this model takes."
        )
    quiet = logging.getLogger()
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it advises to prepare the graph for other kinds of operations
    to = path.with_name("int8.onnx")
    try:
        quantize_dynamic(
            path, to, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
    finally:
        quiet.setLevel(level)
    made = onnx.load_model(to)
    del made.graph.value_info[:]
    return bytes(made.SerializeToString(deterministic=True))
