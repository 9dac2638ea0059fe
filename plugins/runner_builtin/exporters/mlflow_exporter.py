"""Saving the fitted pipeline as a model folder that MLflow loads and serves, with no pickle in it.

MLflow reads `MLmodel`, imports the loader module named there, and asks what it returns: a model that is read from a
skops file or an ONNX graph by the same rules as everywhere here. MLflow itself is not needed to write the folder.
"""

from __future__ import annotations

import hashlib
import json
import platform
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import yaml

from runner.contracts import FinishedRun
from runner.errors import IntegrityError
from runner_builtin.exporters.onnx_exporter import OnnxExporter
from runner_builtin.exporters.skops_exporter import SkopsExporter

#: The file inside, by its format.
INSIDE: Mapping[str, Any] = {"skops": SkopsExporter, "onnx": OnnxExporter}
_LOADER = "runner_builtin.exporters.mlflow_loader"
_DATA = "data"
#: What pandas calls a type -> what MLflow does.
_TYPES = {"b": "boolean", "i": "long", "u": "long", "f": "double", "M": "datetime"}


@dataclass(frozen=True)
class MlflowExporter:
    """Write an MLflow model of the flavour `python_function`, with its signature and an input example.

    inside: the format of the model in it; "onnx" answers quicker, "skops" is the very pipeline. Whoever loads it
    needs this package (and its extra `onnx` for a graph), as `requirements.txt` says.
    """

    inside: Literal["skops", "onnx"] = "skops"

    loads = "MLmodel"

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Write the folder."""
        data = folder / _DATA
        data.mkdir()
        files = [*INSIDE[self.inside]().export(run, data)]
        written = {
            "requirements.txt": _requirements(self.inside),
            "python_env.yaml": yaml.safe_dump(
                {
                    "python": platform.python_version(),
                    "build_dependencies": ["pip"],
                    "dependencies": ["-r requirements.txt"],
                }
            ),
            "input_example.json": _example(run.sample.features),
        }
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / self.loads).write_text(self._told(run, files), encoding="utf-8")
        return [folder / self.loads, *(folder / name for name in written), *files]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return the model inside. Raises IntegrityError for a folder that is none of ours."""
        found = [exporter for exporter in INSIDE.values() if (path.parent / _DATA / exporter.loads).is_file()]
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        flavour = told.get("flavors", {}).get("python_function", {}) if isinstance(told, dict) else {}
        if flavour.get("loader_module") != _LOADER or len(found) != 1:
            raise IntegrityError(
                f"'{path.parent}' is no MLflow model that the exporter 'mlflow' wrote. Nothing was loaded."
            )
        return found[0]().load(path.parent / _DATA / found[0].loads, trusted_types)

    def _told(self, run: FinishedRun, files: Sequence[Path]) -> str:
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        model = {
            "flavors": {
                "python_function": {
                    "data": _DATA,
                    "env": {"virtualenv": "python_env.yaml"},
                    "loader_module": _LOADER,
                    "python_version": platform.python_version(),
                }
            },
            "metadata": {"experiment": run.experiment, "inside": self.inside},
            "mlflow_version": "3.1.0",
            "model_size_bytes": sum(path.stat().st_size for path in files),
            "model_uuid": uuid.UUID(digest[:32]).hex,
            "saved_input_example_info": _example_info(run.sample.features),
            "signature": _signature(run),
        }
        return yaml.safe_dump(model, sort_keys=False)


def _requirements(inside: str) -> str:
    extra = "[onnx]" if inside == "onnx" else ""
    exact = "".join(f"{name}=={version(name)}\n" for name in ("scikit-learn", "numpy"))
    return f"mlflow>=3.1\nrunner-ml{extra}=={version('runner-ml')}\n{exact}"


def _signature(run: FinishedRun) -> dict[str, Any]:
    features = run.sample.features
    if hasattr(features, "iloc"):
        inputs = [
            {"type": _TYPES.get(getattr(dtype, "kind", "O"), "string"), "name": str(name), "required": True}
            for name, dtype in features.dtypes.items()
        ]
    else:
        inputs = [_tensor(features.dtype, features.shape[1:])]
    target = run.sample.target
    labels = run.classes if run.classes is not None else [0.0]
    shape = () if target is None else target.shape[1:]
    outputs = [_tensor(_dtype(labels), shape)]
    params = [{"name": "probabilities", "type": "boolean", "default": False, "shape": None}]
    can = hasattr(run.pipeline, "predict_proba")
    return {
        "inputs": json.dumps(inputs),
        "outputs": json.dumps(outputs),
        "params": json.dumps(params) if can else None,
    }


def _dtype(labels: Sequence[Any]) -> Any:
    import numpy as np

    return np.asarray(labels).dtype


def _tensor(dtype: Any, shape: Sequence[int]) -> dict[str, Any]:
    name = "str" if dtype.kind in "OU" else dtype.name
    return {"type": "tensor", "tensor-spec": {"dtype": name, "shape": [-1, *map(int, shape)]}}


def _example(features: Any) -> str:
    """Write one row of zeros and blanks: an example of the form, and of nobody's data."""
    if hasattr(features, "iloc"):
        row = [_blank(getattr(dtype, "kind", "O")) for dtype in features.dtypes]
        return json.dumps({"columns": [str(name) for name in features.columns], "data": [row]})
    import numpy as np

    return json.dumps(np.full((1, *features.shape[1:]), _blank(features.dtype.kind)).tolist())


def _example_info(features: Any) -> dict[str, Any]:
    if hasattr(features, "iloc"):
        return {"artifact_path": "input_example.json", "pandas_orient": "split", "type": "dataframe"}
    return {"artifact_path": "input_example.json", "type": "ndarray"}


def _blank(kind: str) -> Any:
    return {"b": False, "i": 0, "u": 0, "f": 0.0, "M": "2026-01-31T00:00:00"}.get(kind, "a text")
