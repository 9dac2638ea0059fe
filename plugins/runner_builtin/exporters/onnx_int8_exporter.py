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
            from runner_builtin.onnx.quantising import quantised  # needs the extra, as what stands before it

            made = quantised(full.read_bytes())
        if made is None:
            raise ConfigError(
                f"the model of {run.experiment!r} has no matrix product with weights, so nothing can be written in 8 "
                "bits. Leave the exporter 'onnx_int8' out; 'onnx' is what this model takes."
            )
        path = folder / self.loads
        path.write_bytes(made)
        return [path]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return a model that answers raw rows through onnxruntime."""
        return OnnxExporter().load(path, trusted_types)
