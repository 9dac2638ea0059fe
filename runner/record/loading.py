"""Loading the model of a finished run, and asking it for predictions.

Nothing of a model file is read before the whole folder agrees with its manifest. What a file may contain is
decided here and by the caller, never by the file: `trusted_types` is the list of types that may be built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import ConfigError, IntegrityError, PluginError, did_you_mean
from runner.record import layout
from runner.record.columns import arranged
from runner.record.read import Run


@dataclass(frozen=True)
class LoadedModel:
    """A model as its run left it. pipeline: fitted, from raw features to prediction; run: where it came from.

    export: the folder of the export that was read; sha256: of its file; whole: whether it is the very pipeline.
    """

    pipeline: Any
    run: Run
    export: str = ""
    sha256: str = ""
    whole: bool = False

    def predict(self, rows: Any) -> Any:
        """Return a label or value for each row: (n_rows,). rows: see `columns.arranged`."""
        return self.pipeline.predict(arranged(rows, self.run.fingerprints.get("raw", {})))

    def predict_proba(self, rows: Any) -> Any:
        """Return (n_rows, n_classes), columns in the order of `pipeline.classes_`."""
        if not hasattr(self.pipeline, "predict_proba"):
            raise ConfigError(
                f"the model of run {self.run.info.id!r} gives no probabilities. Ask it to predict, or choose "
                "a model that has predict_proba."
            )
        return self.pipeline.predict_proba(arranged(rows, self.run.fingerprints.get("raw", {})))


@dataclass(frozen=True)
class _Artifact:
    """A model file that its exporter can read back."""

    path: Path
    exporter: Any
    sha256: str

    @property
    def runs_code(self) -> bool:
        return bool(getattr(self.exporter, "runs_code", False))


def load(
    run_dir: Path,
    *,
    trusted_types: Collection[str],
    exporters: Mapping[str, Any],
    trust_pickle: str | None = None,
    engine: str | None = None,
    allow_modified: bool = False,
) -> LoadedModel:
    """Verify a run folder and load its model by the exporter that wrote it.

    exporters: name -> exporter; only those that wrote into this run are looked up. A format whose loading can
    run code (the exporter's class attribute `runs_code = True`) is a last resort, and refused unless
    `trust_pickle` is the sha256 of that very file. engine: the export to load, such as "onnx"; by default the one
    that gives the very pipeline back (`whole = True`), or else the first by name. allow_modified: use the files as
    they are, though they are not the ones that were written.
    Raises IntegrityError for a changed folder, ConfigError where there is no model that may be loaded, PluginError
    for a missing exporter.
    """
    run = Run.open(run_dir)
    if not allow_modified:
        run.verify()
    artifacts = list(_artifacts(run, exporters))
    if engine is not None:
        artifacts = _of_engine(run, artifacts, engine)
    safe = [artifact for artifact in artifacts if not artifact.runs_code]
    if safe:
        chosen = min(safe, key=lambda artifact: not getattr(artifact.exporter, "whole", False))
        return _loaded(run, chosen, chosen.exporter.load(chosen.path, trusted_types))
    if not artifacts:
        raise ConfigError(
            f"run {run.info.id!r} ({run.info.state}) holds no model that can be read back. Choose an exporter that "
            "writes one, such as the default, and run the experiment again."
        )
    return _load_unsafe(run, artifacts, trust_pickle)


def _loaded(run: Run, artifact: _Artifact, model: Any) -> LoadedModel:
    whole = bool(getattr(artifact.exporter, "whole", False))
    return LoadedModel(model, run, artifact.path.parent.name, artifact.sha256, whole)


def _of_engine(run: Run, artifacts: list[_Artifact], engine: str) -> list[_Artifact]:
    """Return the export that is asked for. Raises ConfigError where the run has none of that name."""
    names = [artifact.path.parent.name for artifact in artifacts]
    if engine not in names:
        raise ConfigError(
            f"run {run.info.id!r} has no export {engine!r} that can be read back; it has "
            f"{', '.join(names) or 'none'}. {did_you_mean(engine, names)}"
        )
    return [artifact for artifact in artifacts if artifact.path.parent.name == engine]


def _load_unsafe(run: Run, artifacts: list[_Artifact], trusted: str | None) -> LoadedModel:
    """Load the file whose sha256 the caller vouches for."""
    for artifact in artifacts:
        if trusted == artifact.sha256:
            return _loaded(run, artifact, artifact.exporter.load(artifact.path, trusted))
    files = ", ".join(f"'{artifact.path.name}'" for artifact in artifacts)
    if trusted is None:
        raise ConfigError(
            f"{files}: loading such a file runs whatever code its author put into it, so it is not loaded. Run the "
            "experiment with a safe exporter, or, if you made the file yourself, give its sha256 as trust_pickle."
        )
    raise IntegrityError(
        f"{files}: trust_pickle is {trusted!r}, but the sha256 is "
        f"{', '.join(artifact.sha256 for artifact in artifacts)}. This is not the file you vouch for; "
        "nothing was loaded."
    )


def _artifacts(run: Run, exporters: Mapping[str, Any]) -> Iterator[_Artifact]:
    """Find what each exporter wrote that it can read back, in the order of the exporters' folders."""
    folders = sorted({name.split("/")[1] for name in run.files if name.startswith(f"{layout.ARTIFACTS}/")})
    for folder in folders:
        component = _component(run, folder)
        if component not in exporters:
            raise PluginError(
                f"run {run.info.id!r} was exported by {component!r}, which no installed plugin offers. "
                "Install the plugin that offers it ('config/choices.yaml' and 'env/packages.json' say what the "
                "run used)."
            )
        exporter = exporters[component]
        name = f"{layout.ARTIFACTS}/{folder}/{exporter.loads}"
        if name in run.files:
            yield _Artifact(run.path / name, exporter, run.files[name]["sha256"])


def _component(run: Run, step: str) -> str:
    """Return the exporter's name of a step: a step may have a name of its own (`exporters.second.use: onnx`)."""
    declared = (run.config.get("exporters") or {}).get(step) or {}
    return str(declared.get("use", step))
