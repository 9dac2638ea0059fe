"""Writes one run: its parameters, its curves and scores as they come, and its files when it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from runner_mlflow.place import NewRun
from runner_mlflow.scribe import Event, Scribe, found
from runner_mlflow.told import curves_of, ended_tags, metrics_of, milliseconds, status_of, totals_of

_FINGERPRINT = "data/fingerprint.json"
#: What MLflow knows a model's folder by.
_MODEL = "MLmodel"


class RunScribe(Scribe):
    """Writes a run; the winner of a sweep is nested in that."""

    kind = "run"

    def write_one(self, event: Event, details: Event) -> None:
        """Write an event."""
        when, fold = event.get("time"), event.get("fold")
        match event["name"]:
            case "run_started":
                self._begin(when, details)
            case "epochs_finished":
                under = "all_rows/" if fold is None else f"fold_{fold + 1}/"
                self.later(curves_of(details["curves"], when, details["first"], under))
            case "fold_finished" if fold is not None:
                self.later(metrics_of(details["metrics"], when, fold + 1, "fold/"))
            case "run_finished" | "run_failed":
                self._end(event, details)

    def _begin(self, when: float | None, details: Event) -> None:
        sweep, parent = details.get("sweep"), {}
        if sweep:
            tags = {"runner.kind": "sweep", "runner.id": sweep["id"]}
            around = self.place.run(NewRun(sweep["id"], sweep["id"], milliseconds(when), tags))
            parent = {"mlflow.parentRunId": around.info.run_id, "runner.trial": str(sweep["trial"])}
        tags = {"runner.seed": str(details["seed"]), "runner.folder": details["final"], **parent}
        self.begin(self.run(when), details, tags)

    def _end(self, event: Event, details: Event) -> None:
        run, when = self.run().info.run_id, event.get("time")
        folders = [Path(details[name]) for name in ("folder", "final")]
        self.later(totals_of(details["metrics"], when))
        self.later(metrics_of({"seconds": event.get("seconds")}, when))
        self.flush()
        self.place.write(run, tags={**ended_tags(details), **_data(folders)})
        self.attempt(event, lambda: self._send(run, folders, details["files"]))
        self.place.end(run, status_of(details["state"]), milliseconds(when))

    def _send(self, run: str, folders: Sequence[Path], files: Event) -> None:
        """Send the files that are wanted; a model of MLflow's as such."""
        wanted = [name for group in self.header.files for name in files.get(group, ())]
        models = [Path(name).parent for name in wanted if Path(name).name == _MODEL]
        for model in models:
            if (path := found(folders, str(model))) is not None:
                self.place.send_model(run, path)
        others = [name for name in wanted if not any(Path(name).is_relative_to(model) for model in models)]
        self.send_files(folders, others)


def _data(folders: Sequence[Path]) -> dict[str, str]:
    """Return the fingerprint of the data as they were loaded."""
    path = found(folders, _FINGERPRINT)
    if path is None:  # a run that failed early has none
        return {}
    return {"runner.data": str(json.loads(path.read_text(encoding="utf-8"))["raw"]["source"])}
