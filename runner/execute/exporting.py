"""The end of a run: what is shipped, written by each exporter and read back, then deployed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runner.contracts import FinishedRun
from runner.errors import IntegrityError
from runner.execute.components import Called, Components
from runner.execute.observing import Stages
from runner.execute.proving import Proving
from runner.execute.trial import Trial
from runner.record import layout
from runner.record.folder import RunFolder
from runner.record.records import RunInfo
from runner.ship.bundling import write_bundle
from runner.ship.gate import Proof

#: The exporter that every run has unless it says otherwise.
_USUAL = "runner-ml:skops"


@dataclass(frozen=True)
class Shipping:
    """Where finished models go. trusted: the types that a saved model may hold; converters:
    to ONNX, of plugins; info: tells of the run so far."""

    components: Components
    folder: RunFolder
    trusted: Collection[str]
    converters: Mapping[str, Any]
    info: Callable[[], RunInfo]

    def carry_out(self, experiment: str, trial: Trial, stages: Stages) -> None:
        """Export and deploy what the trial ships; a trial that diverged ships nothing."""
        if trial.winner is None:
            return
        run = _finished(experiment, trial, self.converters)
        proving = Proving(self.components, trial, run, self.folder, self.trusted, self._is_shipped)
        proofs: dict[str, Proof | None] = {}
        refused: list[IntegrityError] = []
        for called in self.components.many("exporters"):
            try:
                proofs[called.name] = self._exported(called, run, proving, stages)
            except IntegrityError as error:  # one that lies is no reason to lose those that do not
                refused.append(error)
        if proofs:
            self.folder.write_json(layout.SIGNATURE, proving.signature.plain())
            self.folder.write_json(layout.PROOFS, {name: proof and asdict(proof) for name, proof in proofs.items()})
        if refused:
            raise refused[0]
        if self.components.many("deployers"):
            with TemporaryDirectory(prefix="runner-bundle-") as folder:
                bundle = write_bundle(self.folder.path, self.info(), run.pipeline, Path(folder) / "bundle")
                self._deploy(bundle, stages)

    def _exported(self, called: Called, run: FinishedRun, proving: Proving, stages: Stages) -> Proof | None:
        """Have an exporter write, and prove what it wrote. Raises IntegrityError for an export that lies."""
        with stages.stage(f"export/{called.name}") as stage:
            place = self.folder.folder(f"{layout.ARTIFACTS}/{called.name}")
            files = called.call("exporting", called.component.export, run, place)
            stage.note = _written(called, files, place)
        with stages.stage(f"prove/{called.name}") as stage:
            proof = proving.prove(called, place)
            stage.note = _told(proof)
        return proof

    def _deploy(self, bundle: Path, stages: Stages) -> None:
        for called in self.components.many("deployers"):
            with stages.stage(f"deploy/{called.name}") as stage:
                place = self.folder.folder(f"{layout.DEPLOYMENTS}/{called.name}")
                files = called.call("deploying", called.component.deploy, bundle, place)
                stage.note = _written(called, files, place)

    @property
    def _is_shipped(self) -> bool:
        """Whether more is made than the default: then each export is read by an interpreter of its own."""
        exporters = self.components.many("exporters")
        usual = all(called.step.offer.qualified == _USUAL for called in exporters)
        return bool(self.components.many("deployers")) or not usual


def _finished(experiment: str, trial: Trial, converters: Mapping[str, Any]) -> FinishedRun:
    assert trial.winner is not None
    pipeline = trial.winner.pipeline
    scores = {name: total.mean for name, total in trial.metrics.total.items() if isinstance(total.mean, float)}
    classes = getattr(pipeline.steps[-1][1], "classes_", None)
    return FinishedRun(
        experiment, pipeline, trial.sample, scores, None if classes is None else list(classes), converters
    )


def _told(proof: Proof | None) -> str:
    if proof is None:
        return "not read back: loading it could run code, or it does not say how"
    changed = f", {proof.labels} of another label" if proof.labels else ""
    edges = f" and {proof.edge_rows} at the edge" if proof.edge_rows else ""
    return f"{proof.rows:,} rows{edges} answered alike{changed}, off by at most {proof.worst:.2g}"


def _written(called: Called, files: Any, place: Path) -> str:
    """Check the files a component says it wrote, and name them with their sizes."""
    paths = [Path(file) for file in files or ()]
    if not paths:
        raise called.broke_contract("it wrote no file")
    for path in paths:
        if not path.resolve().is_relative_to(place.resolve()):
            raise called.broke_contract(f"it wrote outside its folder: {path}")
        if not path.is_file():
            raise called.broke_contract(f"it names a file that does not exist: {path.name}")
    return ", ".join(f"{path.name} ({path.stat().st_size:,} bytes)" for path in paths)
