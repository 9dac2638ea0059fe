"""Writes a sweep: a run for it, and one nested in that for each trial.

Trials come whole, in one event each, and are sent several at a time where each call goes over a network. A trial is
three calls: its run with its tags, its numbers, its end. One that MLflow has already is not written again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from runner_mlflow.place import KEY, NewRun
from runner_mlflow.scribe import Event, Scribe
from runner_mlflow.told import ended_tags, folds_of, metrics_of, milliseconds, params_of, status_of, totals_of

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

_SIDE_BY_SIDE = 8
_TRIALS = ("trial_finished", "trial_failed", "trial_resumed")
_MEASURED = ("waited", "peak_bytes", "model_bytes")


@dataclass
class _Written:
    """What MLflow has of a trial. share: of its epochs; a search may go on with a trial that had ended."""

    run: str
    share: str | None
    ended: bool

    @classmethod
    def of(cls, run: Run) -> _Written:
        return cls(run.info.run_id, run.data.tags.get("runner.share"), run.info.status != "RUNNING")


class SweepScribe(Scribe):
    """Writes a sweep."""

    kind = "sweep"

    def write(self, events: Sequence[Event]) -> None:
        """Write some events: first how the sweep begins, then the trials, then the rest."""
        super().write([event for event in events if event["name"] == "sweep_started"])
        trials: dict[str, list[Event]] = {}
        for event in events:
            if event["name"] in _TRIALS:
                trials.setdefault(self._key(event), []).append(event)
        if trials:
            self._write_trials(trials)
        super().write([event for event in events if event["name"] != "sweep_started"])

    def write_one(self, event: Event, details: Event) -> None:
        """Write an event of the sweep itself; of a trial, its score among those of the others."""
        match event["name"]:
            case "sweep_started":
                self._begin(event, details)
            case "trial_finished" | "trial_resumed":
                self.later(metrics_of({"score": details.get("score")}, event.get("time"), event["trial"]))
            case "sweep_finished" | "sweep_failed":
                self._end(event, details)

    def _begin(self, event: Event, details: Event) -> None:
        run = self.run(event.get("time"))
        if run.info.status != "RUNNING":
            self.place.goes_on(run.info.run_id)
        told = {name: json.dumps(details[name]) for name in ("axes", "objective", "seeds")}
        tags = {f"runner.{name}": text for name, text in told.items()}
        self.begin(run, details, {**tags, "runner.folder": details["folder"]})

    def _end(self, event: Event, details: Event) -> None:
        run, when = self.run().info.run_id, event.get("time")
        winner, reason = details.get("winner") or {}, details.get("reason")
        self.later(metrics_of({"trials": details["trials"], "best_score": winner.get("score")}, when))
        self.later(metrics_of(details["states"], when, under="trials_"))
        self.flush()
        settings = json.dumps(winner["settings"]) if winner else None
        told = {"winner": winner.get("trial"), "winner.settings": settings, "winner.run": details.get("run")}
        told |= {"why": details.get("why"), "error": reason}
        self.place.write(
            run, tags={f"runner.{name}": str(value) for name, value in told.items() if value is not None}
        )
        if "folder" in details:  # a sweep that failed tells of no files
            files = details["files"]
            wanted = [name for group in self.header.files for name in files.get(group, ())]
            self.attempt(event, lambda: self.send_files([Path(details["folder"])], wanted))
        status = "FINISHED" if reason is None else "KILLED" if reason.startswith("interrupted") else "FAILED"
        self.place.end(run, status, milliseconds(when))

    @cached_property
    def _written(self) -> dict[str, _Written]:
        inside = self.place.inside(self.run().info.run_id)
        return {run.data.tags[KEY]: _Written.of(run) for run in inside if KEY in run.data.tags}

    def _key(self, event: Event) -> str:
        attempt = event["details"]["attempt"]
        return f"{self.header.key}/trial-{event['trial']:04}" + (f"-{attempt}" if attempt > 1 else "")

    def _write_trials(self, trials: dict[str, list[Event]]) -> None:
        sweep, _ = self.run().info.run_id, self._written  # both are asked for before there are threads
        with ThreadPoolExecutor(_SIDE_BY_SIDE if self.place.remote else 1) as pool:
            for written in [pool.submit(self._write_events, sweep, key, told) for key, told in trials.items()]:
                written.result()

    def _write_events(self, sweep: str, key: str, events: Sequence[Event]) -> None:
        for event in events:
            self.attempt(event, lambda event=event: self._write_trial(sweep, key, event, event["details"]))

    def _write_trial(self, sweep: str, key: str, event: Event, details: Event) -> None:
        known, share = self._written.get(key), details.get("share")
        if known and known.ended and (share is None or known.share == str(share)):
            return
        when, told = event.get("time") or 0.0, _tags(event, details)
        if known is None:  # a database takes tags with a run at once, and later one by one
            tags = {"runner.kind": "trial", "runner.id": self.header.key, "runner.folder": details["folder"], **told}
            began = milliseconds(when - (event.get("seconds") or 0.0))
            made = self.place.made(NewRun(key, key.rpartition("/")[2], began, tags, sweep))
            known, told = _Written.of(made), {}
            self._written[key] = known
        self.place.write(known.run, self._numbers(event, details), params_of(details["settings"]), told)
        self.place.end(known.run, status_of(details["state"]), milliseconds(when))
        known.ended, known.share = True, str(share)

    def _numbers(self, event: Event, details: Event) -> list[Metric]:
        when = event.get("time")
        measured = {name: details.get(name) for name in _MEASURED}
        told = {
            "score": details.get("score"),
            "score_std": details.get("std"),
            "seconds": event.get("seconds"),
            **measured,
        }
        return [
            *metrics_of(told, when),
            *totals_of(details.get("metrics", {}), when),
            *folds_of(details.get("folds", ()), when, curves=self.header.trial_curves),
        ]


def _tags(event: Event, details: Event) -> dict[str, str]:
    told = {
        "trial": event["trial"],
        "attempt": details["attempt"],
        "fused": details.get("fused"),
        "share": details.get("share"),
    }
    return {
        **ended_tags(details),
        **{f"runner.{name}": str(value) for name, value in told.items() if value is not None},
    }
