"""What trackers are told of a whole run: at its beginning what it is, at its end what came out and where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.execute.request import Request
from runner.plan.experiment import Experiment
from runner.record import layout
from runner.record.folder import RunFolder
from runner.record.records import Metrics
from runner.record.redaction import redact_command, redacted

#: What a reader looks at of a run folder, by the name under which an event lists it.
_LISTED = {
    "figures": (layout.FIGURES,),
    "artifacts": (layout.ARTIFACTS, layout.SIGNATURE),
    "deployments": (layout.DEPLOYMENTS,),
    "report": (layout.REPORT_PAGE,),
    "tables": (layout.METRICS, layout.SCORES, layout.PREDICTIONS, layout.CURVES),
    "config": (layout.RESOLVED, layout.CODE, layout.PACKAGES, layout.SEEDS),
    "log": (layout.LOG,),
}


def run_begun(request: Request, experiment: Experiment, folder: RunFolder) -> dict[str, Any]:
    """Return the details of "run_started". folder: where the run is written; it is renamed to `final` in the end."""
    return {
        "experiment": experiment.name,
        "id": folder.id,
        **_places(folder),
        "declaration": redacted(experiment.declared),
        "seed": experiment.seed,
        "command": redact_command(request.command),
        "code": commit_of(request.code),
        "sweep": request.sweep,
    }


def run_ended(
    folder: RunFolder, state: str, metrics: Metrics, error: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the details of "run_finished" and "run_failed"."""
    return {
        "id": folder.id,
        **_places(folder),
        "state": state,
        "metrics": metrics_told(metrics),
        "files": {name: _files(folder.path, places) for name, places in _LISTED.items()},
        "error": error,
    }


def metrics_told(metrics: Metrics) -> dict[str, Any]:
    """Return scores as events tell them: the primary metric, the scores of each fold, and the totals."""
    return {
        "primary": metrics.primary,
        "direction": metrics.direction,
        "folds": [dict(fold) for fold in metrics.folds],
        "total": {name: {"mean": one.mean, "std": one.std, "n": one.n} for name, one in metrics.total.items()},
        "intervals": {
            name: {"low": one.low, "high": one.high, "confidence": one.confidence}
            for name, one in metrics.intervals.items()
        },
    }


def commit_of(code: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return which code ran, without its changes."""
    return None if code is None else {name: code.get(name) for name in ("commit", "branch", "dirty")}


def _places(folder: RunFolder) -> dict[str, str]:
    path = folder.path.absolute()
    return {"folder": str(path), "final": str(path.with_name(folder.id))}


def _files(folder: Path, places: tuple[str, ...]) -> list[str]:
    """List the files at these places, relative to the folder."""
    found = []
    for place in places:
        path = folder / place
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path.relative_to(folder).as_posix() for path in found if path.is_file()]
