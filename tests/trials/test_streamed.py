"""Trials of a sweep whose rows come in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier

from runner import sweep
from runner.contracts import SourceContext
from runner.data import Dataset
from runner.testing import make_catalogue
from runner.trials.sweeping import SweepOutcome


@dataclass
class Numbers:
    """Two hundred rows in four batches; the class is the sign of the one column."""

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        return "numbers"

    def load(self, context: SourceContext) -> Dataset:
        raise AssertionError("a stream loads nothing at once")

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        numbers = np.random.default_rng(0).normal(size=200)
        whole = Dataset.of(pd.DataFrame({"a": numbers}), numbers > 0, fingerprint="numbers")
        for start in range(0, 200, 50):
            yield whole.take(np.arange(start, start + 50))


@dataclass
class Silent(Numbers):
    """Cannot tell its fingerprint beforehand."""

    def fingerprint(self, context: SourceContext) -> Any:
        return None


@dataclass
class Changed(Numbers):
    """Gives other rows than it said."""

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        for rows in super().batches(context):
            yield replace(rows, fingerprint="others")


@dataclass
class Constant:
    """Says one class only."""

    def compress(self, pipeline: Any) -> Any:
        model = pipeline.steps[-1][1]
        smaller = SGDClassifier()
        smaller.classes_, smaller.coef_, smaller.intercept_ = model.classes_, model.coef_ * 0, np.ones(1)
        return type(pipeline)([*pipeline.steps[:-1], (pipeline.steps[-1][0], smaller)])


CATALOGUE = make_catalogue(
    {
        "source": {"numbers": Numbers, "silent": Silent, "changed": Changed},
        "compressor": {"constant": Constant},
    }
)


def swept(folder: Path, source: str, **more: Any) -> SweepOutcome:
    declared = {
        "source": {"use": source, "stream": True},
        "splitter": "hashed_holdout",
        "model": {"use": "SGDClassifier", "random_state": 0},
        "metrics": ["accuracy"],
        "sweep": {"grid": {"model.alpha": [1e-4, 1e-3]}},
        **more,
    }
    return sweep(declared, outputs=folder, catalogue=CATALOGUE)


def test_a_source_that_cannot_tell_its_fingerprint_is_asked_for_one_batch(tmp_path: Path) -> None:
    outcome = swept(tmp_path, "silent")
    assert [trial.state for trial in outcome.trials] == ["done", "done"]
    assert all(trial.score is not None and trial.score > 0.75 for trial in outcome.trials)


def test_the_scores_are_those_of_the_compressed_pipeline(tmp_path: Path) -> None:
    whole, compressed = swept(tmp_path / "a", "numbers"), swept(tmp_path / "b", "numbers", compressors=["constant"])
    assert all(trial.score is not None and trial.score > 0.75 for trial in whole.trials)
    assert all(trial.score is not None and trial.score < 0.7 for trial in compressed.trials)


def test_data_that_are_not_those_planned_for_fail_the_trial(tmp_path: Path) -> None:
    outcome = swept(tmp_path, "changed")
    assert [trial.state for trial in outcome.trials] == ["failed", "failed"]
