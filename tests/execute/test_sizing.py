"""Compressors in a run and in a sweep: rows for those that ask, and what each makes of the model on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runner
from runner.data import Dataset
from runner.errors import ConfigError
from runner.record.measures import MEASURED
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.testing import make_catalogue

WINE: dict[str, Any] = {
    "name": "wine",
    "source": {"use": "sklearn_dataset", "name": "wine"},
    "splitter": {"use": "stratified_kfold", "folds": 3},
    "transforms": ["standard_scale"],
    "model": {"use": "RandomForestClassifier", "n_estimators": 20},
    "metrics": ["accuracy", "confusion_matrix"],
}


class Watches:
    """Keeps what it is given. It makes nothing smaller."""

    needs_rows = True
    seen: list[Dataset]

    def compress(self, pipeline: Any, rows: Dataset) -> Any:
        Watches.seen.append(rows)
        return pipeline


def test_a_compressor_that_asks_gets_the_training_rows_as_they_reach_the_pipeline(tmp_path: Path) -> None:
    Watches.seen = []
    catalogue = make_catalogue({"compressor": {"watches": Watches}})
    runner.run({**WINE, "compressors": ["watches"]}, outputs=tmp_path, catalogue=catalogue)
    *folds, refit = Watches.seen
    assert refit.n_rows == 178
    assert len(folds) == 3
    assert sum(178 - fold.n_rows for fold in folds) == 178
    assert refit.features["alcohol"].mean() > 10  # not scaled yet
    assert sorted(np.unique(np.asarray(refit.target)).tolist()) == ["class_0", "class_1", "class_2"]
    with pytest.raises(ValueError, match="read-only"):
        refit.target[:] = "x"  # type: ignore[index]


def test_every_state_of_the_model_is_measured_and_scored(tmp_path: Path) -> None:
    steps = {
        "tree_limit": {"use": "tree_limit", "trees": 4},
        "distill": {"use": "distill", "model": {"use": "LogisticRegression"}},
        "quantize": {"use": "quantize"},
    }
    run = Run.open(runner.run({**WINE, "compressors": steps}, outputs=tmp_path).path)
    assert [size.step for size in run.sizes] == ["trained", *steps]
    n_bytes = [size.bytes or 0 for size in run.sizes]
    assert n_bytes == sorted(n_bytes, reverse=True)
    assert len(set(n_bytes)) == 4
    assert all(0 < size.latency < 1 for size in run.sizes)
    assert [size.scores["accuracy"] for size in run.sizes[1:]] == [
        run.scores.compressed[step]["accuracy"].mean for step in steps
    ]
    assert run.sizes[0].scores == {"accuracy": run.scores.total["accuracy"].mean}
    assert run.sizes[-1].multiply_adds < run.sizes[0].multiply_adds
    assert type(runner.load(run.path).pipeline.steps[-1][1]).__name__ == "QuantizedClassifier"


def test_without_compressors_nothing_is_measured(tmp_path: Path) -> None:
    run = Run.open(runner.run({**WINE, "model": "LogisticRegression"}, outputs=tmp_path).path)
    assert run.sizes == []
    assert "reports/sizes.json" not in run.files


def test_where_rows_come_in_batches_a_compressor_that_asks_for_them_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(50)))
    streamed = {
        "source": {"use": "csv", "path": str(tmp_path / "a.csv"), "target": "y", "stream": True},
        "splitter": "hashed_holdout",
        "model": "SGDClassifier",
        "metrics": ["accuracy"],
        "compressors": {"prune": {"use": "prune", "tolerance": 0.1}},
    }
    with pytest.raises(
        ConfigError, match=r"compressors\.prune\) learns from the training rows; leave it out, or its"
    ):
        runner.run(streamed, outputs=tmp_path)


def test_a_stream_is_compressed_and_measured_as_well(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(200)))
    streamed = {
        "source": {"use": "csv", "path": str(tmp_path / "a.csv"), "target": "y", "stream": True},
        "splitter": "hashed_holdout",
        "model": "SGDClassifier",
        "metrics": ["accuracy"],
        "compressors": ["quantize"],
    }
    run = Run.open(runner.run(streamed, outputs=tmp_path).path)
    assert [size.step for size in run.sizes] == ["trained", "quantize"]


@pytest.mark.fault("F90")
def test_a_sweep_over_compressors_prices_whole_pipelines_after_them(tmp_path: Path) -> None:
    chains = [[], ["quantize"], [{"use": "prune", "by": "feature", "tolerance": 0.02}], ["truncated_svd"]]
    swept = {
        **WINE,
        "model": "LogisticRegression",
        "sweep": {"grid": {"compressors": chains}, "workers": 1, "ship": "none"},
    }
    outcome = runner.sweep(swept, outputs=tmp_path)
    assert outcome.path is not None
    sweep = Sweep.open(outcome.path)
    whole, quantized, pruned, factored = (sweep.trial(number) for number in range(4))
    assert (quantized.model_bytes or 0) < (whole.model_bytes or 0)
    assert (pruned.model_bytes or 0) < (whole.model_bytes or 0)
    assert MEASURED["latency"](whole) == whole.latency
    assert 0 < (quantized.latency or 0) < 1
    # three outputs and thirteen columns: factors of rank two are smaller, those of the default energy may not be
    assert factored.state in ("done", "failed")
    if factored.error is not None:
        assert "Ranks 1 to 2 do" in factored.error.message
