"""Saving the fitted pipeline as an ONNX graph: a protobuf file that many runtimes read, with no code in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.contracts import FinishedRun
from runner.errors import PluginError


@dataclass(frozen=True)
class OnnxExporter:
    """Write `model.onnx`, opset 20: one input per column, outputs `predict` and `predict_proba`.

    Numbers come in as 64-bit floats, missing ones as NaN; texts as texts, missing ones as U+FDD0. Weights have 32
    bits. Texts are taken apart as Python does it, without a locale. Raises ConfigError for a step that has no
    converter.
    """

    loads = "model.onnx"

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Convert the pipeline; the same pipeline gives the same bytes."""
        try:
            import onnx  # noqa: F401 - an extra, imported when it is chosen
        except ImportError as error:
            raise PluginError("the exporter 'onnx' needs onnx: pip install 'runner-ml[onnx]'") from error
        from runner_builtin.onnx.assembling import assembled

        path = folder / self.loads
        path.write_bytes(assembled(run, run.converters))
        return [path]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return a model that answers raw rows through onnxruntime; an ONNX file builds no types at all."""
        del trusted_types
        from runner_builtin.onnx.model import load_model

        return load_model(path)
