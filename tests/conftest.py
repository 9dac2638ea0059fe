"""A finished run and a sweep, made as real ones are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.record import layout
from runner.record.folder import RunFolder
from runner.record.records import ErrorRecord, Metrics, RunInfo, StepRecord, Total
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import SweepInfo, TrialRecord

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

MakeRun = Callable[..., Path]
MakeSweep = Callable[..., Path]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Commit a run below `tmp_path/outputs`. files: more text files to write, name -> text."""

    def make(
        experiment: str = "digits",
        *,
        minutes: int = 0,
        metrics: Metrics | None = None,
        files: Mapping[str, str] | None = None,
        fingerprints: Mapping[str, Any] | None = None,
        **info: Any,
    ) -> Path:
        now = NOON + timedelta(minutes=minutes)
        folder = RunFolder.create(tmp_path / "outputs", experiment, now)
        told = {"state": "done", "seconds": 2.5, "command": ["runner"], "seed": 0, "host": "lab"}
        versions = {"runner": "0.1.0", "python": "3.11.7"}
        record = RunInfo(
            id=folder.id,
            experiment=experiment,
            started=now.isoformat(timespec="seconds"),
            versions=versions,
            **{**told, **info},
        )
        folder.write_json(layout.RUN, record)
        folder.write_text(layout.RESOLVED, "model: {use: softmax, l2: 1.0e-05}\nexporters: {own: {use: fake}}\n")
        folder.write_json(layout.METRICS, metrics or _METRICS)
        folder.write_jsonl(layout.STEPS, _STEPS)
        if fingerprints is not None:
            folder.write_json(layout.FINGERPRINT, fingerprints)
        for name, text in (files or {}).items():
            folder.write_text(name, text)
        return folder.commit()

    return make


@pytest.fixture
def make_sweep(tmp_path: Path) -> MakeSweep:
    """Commit trials to a sweep below `tmp_path/outputs`, each given as keywords of its record.

    Equal settings are attempts at one trial. log: text of a trial's log; planned: more trials that never ran.
    """

    def make(
        trials: Sequence[Mapping[str, Any]], *, identity: str = "5eed" * 16, planned: int = 0, **info: Any
    ) -> Path:
        told = {
            "id": f"sweep-{identity[:12]}",
            "experiment": "digits",
            "identity": identity,
            "created": NOON.isoformat(timespec="seconds"),
            "command": ["runner", "-m"],
            "axes": list(dict.fromkeys(key for trial in trials for key in trial.get("settings", {}))),
            "base": {"model": {"use": "softmax", "epochs": 5}, "seed": 0},
            "objective": {"metric": "f1", "direction": "maximize", "aggregate": "mean"},
            "seeds": 1,
            "versions": {"runner": "0.1.0", "python": "3.11.7"},
        }
        about = SweepInfo(**{**told, **info})
        with SweepFolder.open_or_create(tmp_path / "outputs", about.experiment, identity, about) as folder:
            for trial in trials:
                _commit(folder, trial)
            folder.plan({f"never ran {place}": {} for place in range(planned)})
        return folder.path

    return make


def _commit(folder: SweepFolder, trial: Mapping[str, Any]) -> None:
    settings = trial.get("settings", {})
    key = repr(settings)
    number = folder.plan({key: settings})[key]
    attempt = folder.next_attempt(number)
    working = folder.begin(number, attempt)
    if "log" in trial:
        (working / "log.txt").write_text(trial["log"])
    told = {
        "state": "done",
        "score": 0.5,
        "changes": settings,
        "components": {
            "source": "csv of runner-ml 0.3 aaaaaaaaaaaa",
            "model": "softmax of runner-ml 0.3 bbbbbbbbbbbb",
        },
        "data": "3fa2c1d09b7e",
        "started": NOON.isoformat(timespec="seconds"),
        "seconds": 1.5,
    }
    given = {name: value for name, value in trial.items() if name not in ("log", "error")}
    error = {"error": ErrorRecord(*trial["error"]), "score": None} if "error" in trial else {}
    folder.commit([TrialRecord(number=number, key=key, attempt=attempt, **{**told, **error, **given})])


_METRICS = Metrics(
    primary="f1",
    direction="maximize",
    folds=({"accuracy": 0.9, "f1": 0.8, "confusion": [[9, 1], [2, 8]]}, {"accuracy": 1.0, "f1": 0.9}),
    total={
        "accuracy": Total(0.95, 0.05, 2),
        "f1": Total(0.85, 0.05, 2),
        "confusion": Total([[9.0, 1.0], [2.0, 8.0]], None, 1),
    },
    compressed={"truncated_svd": {"f1": Total(0.84, None, 1)}},
)

_STEPS = (
    StepRecord("load/csv", 0.01, rows_out=150),
    StepRecord("clean/drop_duplicates", 0.002, rows_in=150, rows_out=148, note="2 duplicates"),
    StepRecord("fit/softmax", 1.5, fold=0, rows_in=100),
)
