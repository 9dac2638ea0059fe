"""Files that are streamed: whole runs, sweeps, and how much memory they take."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner import load, run, sweep
from runner.errors import ConfigError

#: Rows of the file with which memory is measured.
ROWS = int(os.environ.get("RUNNER_STREAM_ROWS", "200000"))

_MEASURED = """
import json, re, sys
from pathlib import Path
import runner
experiment, outputs = json.loads(sys.argv[1]), sys.argv[2]
outcome = runner.run(experiment, outputs=outputs)
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
rows = json.loads((outcome.path / "data/fingerprint.json").read_text())["raw"]["rows"]
print(json.dumps({"peak": int(peak) / 1024, "rows": rows}))
"""


def written(path: Path, rows: int) -> Path:
    """Write texts with two numbers, labelled by a word."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(500)])
    drawn = rng.integers(0, 500, (2_000, 6))
    lines = [
        f"{' '.join(words[row])},{number:.3f},{'spam' if row.min() < 40 else 'ham'}\n"
        for row, number in zip(drawn, (rng.integers(-40, 40, 2_000) / 8).tolist(), strict=True)
    ]
    with path.open("w") as file:
        file.write("text,size,label\n")
        for start in range(0, rows, 2_000):
            file.writelines(lines[: rows - start])
    return path


def declared(path: Path, **more: Any) -> dict[str, Any]:
    return {
        "source": {"use": "csv", "path": str(path), "target": "label", "stream": True},
        "splitter": "hashed_holdout",
        "transforms": [
            {"use": "hashing", "columns": "text", "n_features": 4096},
            {"use": "StandardScaler", "columns": ["size"]},
        ],
        "model": {"use": "SGDClassifier", "random_state": 0},
        "metrics": ["accuracy"],
        **more,
    }


def measured(tmp_path: Path, rows: int) -> dict[str, float]:
    experiment = declared(written(tmp_path / f"{rows}.csv", rows))
    command = [sys.executable, "-c", _MEASURED, json.dumps(experiment), str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_a_streamed_run_leaves_a_folder_like_any_other(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 4_000)
    outcome = run(declared(path), outputs=tmp_path / "outputs")
    plain = run(declared(path) | {"source": {"use": "csv", "path": str(path), "target": "label"}}, outputs=tmp_path)
    sources = [json.loads((one.path / "data/sources.json").read_text()) for one in (outcome, plain)]
    assert sources[0] == sources[1]
    prints = [json.loads((one.path / "data/fingerprint.json").read_text()) for one in (outcome, plain)]
    assert prints[0]["raw"]["columns"] == prints[1]["raw"]["columns"]
    reports = [json.loads((one.path / "reports/data.json").read_text()) for one in (outcome, plain)]
    for part in ("raw", "clean", "repeated", "folds", "leaks"):
        assert reports[0][part] == reports[1][part]
    new = pd.DataFrame({"text": ["w1 w2", "w300 w301"], "size": [0.1, 0.2]})
    assert set(load(outcome.path).pipeline.predict(new)) <= {"ham", "spam"}


@pytest.mark.parametrize("kind", ["parquet", "json_lines", "sql"])
def test_any_source_of_batches_gives_the_model_that_csv_gives(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "a.csv", 3_000)
    frame = pd.read_csv(path)
    source: dict[str, Any] = {"use": kind, "path": str(tmp_path / f"a.{kind}")}
    if kind == "parquet":
        frame.to_parquet(source["path"])
    elif kind == "json_lines":
        frame.to_json(source["path"], orient="records", lines=True)
    else:
        with closing(sqlite3.connect(tmp_path / "a.db")) as database:
            frame.to_sql("mails", database, index=False)
        source = {"use": "sql", "url": f"sqlite:///{tmp_path / 'a.db'}", "table": "mails", "fetch": 700}
    source |= {"target": "label", "stream": True}
    models = [
        load(run(declared(path, source=one), outputs=tmp_path).path).pipeline
        for one in (source, declared(path)["source"])
    ]
    scalers = [model.steps[0][1].named_transformers_["StandardScaler"] for model in models]
    assert scalers[0].mean_ == pytest.approx(scalers[1].mean_, rel=1e-12)
    assert scalers[0].n_samples_seen_ == scalers[1].n_samples_seen_
    if kind == "json_lines":  # the others part their rows into other batches
        assert models[0].steps[-1][1].coef_.tobytes() == models[1].steps[-1][1].coef_.tobytes()


def test_images_are_streamed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (40_000, 28, 28), dtype=np.uint8)
    labels = (images[:, :14].mean(axis=(1, 2)) > images[:, 14:].mean(axis=(1, 2))).astype(np.uint8)
    for name, array in (("images", images), ("labels", labels)):
        sizes = b"".join(int(size).to_bytes(4, "big") for size in array.shape)
        (tmp_path / name).write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())
    source = {"use": "idx", "images": str(tmp_path / "images"), "labels": str(tmp_path / "labels"), "stream": True}
    transforms = ["flatten", "MinMaxScaler"]
    outcome = run(declared(tmp_path, source=source, transforms=transforms), outputs=tmp_path)
    told = json.loads((outcome.path / "data/fingerprint.json").read_text())["raw"]
    assert (told["shape"], told["batches"]) == ([40_000, 28, 28], 2)
    accuracy = outcome.metrics.total["accuracy"].mean
    assert isinstance(accuracy, float)
    assert accuracy > 0.8


def test_a_streamed_table_takes_less_than_500_megabytes(tmp_path: Path) -> None:
    found = measured(tmp_path, ROWS)
    assert found["rows"] == ROWS
    assert found["peak"] < 500


def test_trials_of_a_sweep_stream_each_for_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 3_000)
    space = {"grid": {"model.alpha": [1e-4, 1e-2], "source.stream": [True, False]}, "workers": 1}
    outcome = sweep(declared(path, sweep=space), outputs=tmp_path / "outputs")
    assert [trial.state for trial in outcome.trials] == ["done"] * 4
    alone = run(declared(path, model={"use": "SGDClassifier", "random_state": 0, "alpha": 1e-2}), outputs=tmp_path)
    scores = [
        trial.score for trial in outcome.trials if trial.settings == {"model.alpha": 1e-2, "source.stream": True}
    ]
    assert scores == [alone.metrics.total["accuracy"].mean]


def test_a_sweep_that_cannot_stream_is_refused_before_its_first_trial(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 300)
    space = {"grid": {"model.alpha": [1e-4, 1e-2]}, "workers": 1}
    with pytest.raises(ConfigError, match=r"'holdout' has to see all rows"):
        sweep(declared(path, splitter="holdout", sweep=space), outputs=tmp_path / "outputs")
    assert not list(tmp_path.rglob("trials/*.json"))
