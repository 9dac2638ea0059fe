"""A fitted pipeline as the C program that is made of it, compiled and loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.contracts import FinishedRun
from runner.data import Dataset
from runner_builtin.exporters.c_exporter import CExporter

AsC = Callable[..., Any]


def exported(pipeline: Any, rows: Any, folder: Path, **options: Any) -> Path:
    """Export a pipeline and return the path of its `model.json`."""
    sample = rows.iloc[:5] if hasattr(rows, "iloc") else rows[:5]
    CExporter(**options).export(FinishedRun("test", pipeline, Dataset.of(sample), {}, None), folder)
    return folder / "model.json"


@pytest.fixture
def as_c(tmp_path: Path) -> AsC:
    def make(pipeline: Any, rows: Any, **options: Any) -> Any:
        path = exported(pipeline, rows, tmp_path, **options)
        return CExporter(**options).load(path, hashlib.sha256(path.read_bytes()).hexdigest())

    return make
