"""Write a linear model so that any language can read it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runner.contracts import FinishedRun
from runner.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class JsonWeights:
    """Write `weights.json`: coefficients (n_outputs, n_features), intercepts (n_outputs,) and classes.

    indent: spaces per level; None writes one line. Raises ConfigError for a model that is not linear.
    """

    indent: int | None = None

    #: The steps before the model are not in the file, so there is no pipeline to load.
    loads = None

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Write the last step of the pipeline."""
        name, model = run.pipeline.steps[-1]
        if not hasattr(model, "coef_"):
            raise ConfigError(
                f"exporter 'json_weights' writes linear models, but model {name!r} has no coefficients. "
                "Choose another model, such as 'softmax', or another exporter."
            )
        weights = {
            "coefficients": np.atleast_2d(model.coef_).tolist(),
            "intercepts": np.atleast_1d(model.intercept_).tolist(),
            "classes": None if run.classes is None else np.asarray(run.classes).tolist(),
        }
        path = folder / "weights.json"
        path.write_text(json.dumps(weights, indent=self.indent, allow_nan=False), encoding="utf-8")
        return [path]
