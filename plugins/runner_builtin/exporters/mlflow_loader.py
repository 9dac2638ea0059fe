"""What MLflow imports to load a model of ours: it calls `_load_pyfunc` and asks the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.execute.recorded import trusted_types
from runner_builtin.exporters.mlflow_exporter import MlflowExporter


class _Asked:
    """A model as MLflow asks it: a frame or an array, and parameters."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Return labels or values; with the parameter `probabilities`, (n_rows, n_classes)."""
        if (params or {}).get("probabilities"):
            return self.model.predict_proba(model_input)
        return self.model.predict(model_input)


def _load_pyfunc(path: str) -> _Asked:
    """Load the model of a folder. path: of the folder's data, beside its `MLmodel`."""
    trusted = trusted_types(Catalogue.installed())
    return _Asked(MlflowExporter().load(Path(path).parent / MlflowExporter.loads, trusted))
