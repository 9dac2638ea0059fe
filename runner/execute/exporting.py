"""The end of a run: what is shipped, written by each exporter and read back, then deployed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.contracts import FinishedRun
from runner.execute.components import Called, Components
from runner.execute.observing import Stages
from runner.execute.trial import Trial
from runner.record import layout
from runner.record.folder import RunFolder


@dataclass(frozen=True)
class Shipping:
    """Where finished models go. trusted: the types that a saved model may hold."""

    components: Components
    folder: RunFolder
    trusted: Collection[str]

    def carry_out(self, experiment: str, trial: Trial, stages: Stages) -> None:
        """Export and deploy what the trial ships; a trial that diverged ships nothing."""
        if trial.winner is None:
            return
        run = _finished(experiment, trial)
        for called in self.components.many("exporters"):
            with stages.stage(f"export/{called.name}") as stage:
                place = self.folder.folder(f"{layout.ARTIFACTS}/{called.name}")
                files = called.call("exporting", called.component.export, run, place)
                stage.note = _written(called, files, place)
                self._read_back(called, place)
        for called in self.components.many("deployers"):
            with stages.stage(f"deploy/{called.name}") as stage:
                bundle, place = self.folder.folder(layout.ARTIFACTS), self.folder.folder(f"deployments/{called.name}")
                files = called.call("deploying", called.component.deploy, bundle, place)
                stage.note = _written(called, files, place)

    def _read_back(self, called: Called, place: Path) -> None:
        """Load what was exported, as `runner.load` will, so that a model nobody can load is found now."""
        exporter = called.component
        if getattr(exporter, "loads", None) and not getattr(exporter, "runs_code", False):
            called.call("reading its export back", exporter.load, place / exporter.loads, self.trusted)


def _finished(experiment: str, trial: Trial) -> FinishedRun:
    assert trial.winner is not None
    pipeline = trial.winner.pipeline
    scores = {name: total.mean for name, total in trial.metrics.total.items() if isinstance(total.mean, float)}
    classes = getattr(pipeline.steps[-1][1], "classes_", None)
    return FinishedRun(experiment, pipeline, trial.sample, scores, None if classes is None else list(classes))


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
