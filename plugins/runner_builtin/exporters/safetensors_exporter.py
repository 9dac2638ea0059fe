"""Saving the weights of a model trained by gradients as safetensors, beside a JSON that tells what they are of."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from runner.contracts import FinishedRun
from runner.errors import ConfigError, IntegrityError, PluginError
from runner.record import strict_json
from runner_builtin.exporters.plain_state import NotPlain, put_together, taken_apart

#: How a training went: no part of what the model answers.
_COURSE = ("training_state_", "optimizer", "scheduler")
REBUILD = "rebuild.json"
SCHEMA = 1


@dataclass(frozen=True)
class SafetensorsExporter:
    """Write `model.safetensors` with every array of the pipeline, and `rebuild.json` with everything else.

    For pipelines that end in a model trained by gradients; the names of arrays say where they belong, such as
    `steps/1/1/coef_`. Loading sets attributes of types that are trusted, and calls nothing. Raises ConfigError for
    other models, and for a step that holds more than numbers and texts.
    """

    loads = "model.safetensors"

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Take the pipeline apart."""
        try:
            from safetensors.numpy import save
        except ImportError as error:
            raise PluginError(
                "the exporter 'safetensors' needs safetensors: pip install 'runner-ml[safetensors]'"
            ) from error
        name, model = run.pipeline.steps[-1]
        if not (hasattr(model, "coef_") or hasattr(model, "params_")):
            raise ConfigError(
                f"the exporter 'safetensors' writes weights, and step {name!r} ({type(model).__qualname__}) has "
                "none. Use the exporter 'skops' for this model."
            )
        try:
            arrays, plain = taken_apart(_lean(run.pipeline))
        except NotPlain as error:
            raise ConfigError(
                f"the pipeline of {run.experiment!r} cannot be written as safetensors: {error}, which is neither "
                "numbers nor texts. Use the exporter 'skops' for it."
            ) from error
        path, beside = folder / self.loads, folder / REBUILD
        path.write_bytes(save(dict(sorted(arrays.items())), metadata={"format": "np"}))
        strict_json.write(beside, {"schema": SCHEMA, "pipeline": plain})
        return [path, beside]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return the pipeline. Raises IntegrityError for types that are not trusted, and for broken files."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            told = json.loads((path.parent / REBUILD).read_text(encoding="utf-8"))
            arrays = load(path.read_bytes())
            if told["schema"] != SCHEMA:
                raise ValueError(f"schema {told['schema']!r}, and {SCHEMA} is the one known")
            return put_together(told["pipeline"], arrays, _Trust(frozenset(trusted_types), path).kind_of)
        except (SafetensorError, ValueError, KeyError, TypeError, OSError) as error:
            raise IntegrityError(f"'{path}' cannot be put together ({type(error).__name__}: {error}).") from error


def _lean(pipeline: Any) -> Any:
    """Return a copy of the pipeline whose model does not know any more how it was trained."""
    from copy import copy

    lean, model = copy(pipeline), copy(pipeline.steps[-1][1])
    for name in _COURSE:
        if hasattr(model, name):
            setattr(model, name, None)
    if getattr(model, "training_state_", 0) is None:
        del model.training_state_
    lean.steps = [*pipeline.steps[:-1], (pipeline.steps[-1][0], model)]
    return lean


@dataclass(frozen=True)
class _Trust:
    """Which types may be built: those that the loader names, and estimators of scikit-learn."""

    named: frozenset[str]
    path: Path

    def kind_of(self, name: str) -> Any:
        """Return a class. Raises IntegrityError for one that is not trusted, before its module is imported."""
        module, _, kind = name.rpartition(".")
        if name not in self.named and module.split(".")[0] != "sklearn":
            raise IntegrityError(f"'{self.path}' wants a {name!r} built, which is not trusted. Nothing was loaded.")
        found = getattr(import_module(module), kind)
        from sklearn.base import BaseEstimator

        if name not in self.named and not (isinstance(found, type) and issubclass(found, BaseEstimator)):
            raise IntegrityError(f"'{self.path}' wants a {name!r} built, which is no estimator. Nothing was loaded.")
        return found
