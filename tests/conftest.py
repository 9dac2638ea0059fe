"""A finished run, made as a real one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.record import layout
from runner.record.folder import RunFolder
from runner.record.records import Metrics, RunInfo, StepRecord, Total

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

MakeRun = Callable[..., Path]


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
