from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.execute.components import Components, build_components
from runner.execute.gathering import Gathered, gather
from runner.execute.observing import Stages
from runner.plan.experiment import resolve
from runner.testing import make_catalogue

NUMBERS = np.random.default_rng(0).normal(size=(40, 2))
HALVES = np.arange(40) % 2
TARGETS: dict[str, Any] = {
    "two": HALVES,
    "missing": np.where(np.arange(40) == 7, np.nan, 1.0 * HALVES),
    "values": NUMBERS[:, 0] * 2 + NUMBERS[:, 1],
    "one": np.zeros(40, dtype=int),
    "sorted": np.sort(HALVES),
}


@dataclass
class Rows:
    """Forty rows."""

    target: str = "two"
    leaks: bool = False

    def load(self, context: SourceContext) -> Dataset:
        features = np.column_stack([NUMBERS, HALVES]) if self.leaks else NUMBERS
        return Dataset.of(features, TARGETS[self.target], fingerprint="f")


@dataclass
class DropFirst:
    """Drops the first rows."""

    count: int = 4

    def clean(self, dataset: Dataset) -> Dataset:
        return dataset.drop(np.arange(dataset.n_rows) < self.count, "first")


CATALOGUE = make_catalogue({"source": {"forty": Rows}, "cleaner": {"drop_first": DropFirst}})


def components(model: str = "GaussianNB", source: Any = "forty", **more: Any) -> Components:
    declared = {"source": source, "splitter": {"use": "holdout", "test_size": 0.5, "shuffle": False}, "model": model}
    return build_components(resolve({**declared, "executor": "inline", **more}, CATALOGUE), Path())


def gathered(built: Components, *, strict: bool = False) -> Gathered:
    return gather(built, SourceContext(Path(), 0), Stages(), strict=strict)


def test_rows_are_loaded_cleaned_parted_and_accounted_for() -> None:
    told = gathered(components(cleaners=["drop_first"]))
    assert (told.raw.n_rows, told.clean.n_rows, len(told.folds)) == (40, 36, 1)
    assert [(step.step, step.dropped) for step in told.report.steps] == [("clean/drop_first", {"first": 4})]
    assert told.report.folds[0].train.classes == {"0": 9, "1": 9}
    assert set(told.fingerprints) == {"raw", "clean", "split"}
    assert told.report.fingerprints["raw"] == told.fingerprints["raw"]["sha256"]
    assert told.report.fingerprints["split"] == told.fingerprints["split"]


def test_cleaners_that_wait_for_the_split_do_not_run_yet() -> None:
    told = gathered(components(cleaners={"drop_first": {"use": "drop_first", "rows": "training"}}))
    assert (told.clean.n_rows, told.report.steps, told.report.clean) == (40, (), None)


@pytest.mark.fault("F81", "F82")
@pytest.mark.parametrize(
    ("target", "model", "message"),
    [
        ("missing", "GaussianNB", r"the target has no value in 1 of 40 rows \(ids 7\)"),
        ("values", "GaussianNB", "it is a value and no class"),
        ("one", "GaussianNB", "all 40 rows are of the one class 0"),
        ("sorted", "GaussianNB", r"splitter 'holdout'.*: the 20 training rows of fold 1 are all of the class 0"),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_before_training(target: str, model: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        gathered(components(model, {"use": "forty", "target": target}))


def test_a_regression_learns_values() -> None:
    told = gathered(components("Ridge", {"use": "forty", "target": "values"}))
    assert told.report.folds[0].train.mean == pytest.approx(TARGETS["values"][:20].mean())


@pytest.mark.fault("F85")
def test_a_leak_is_a_warning_and_where_the_experiment_is_strict_an_error(caplog: pytest.LogCaptureFixture) -> None:
    built = components(source={"use": "forty", "leaks": True})
    with caplog.at_level(logging.WARNING, "runner"):
        told = gathered(built)
    assert [record.getMessage() for record in caplog.records] == list(told.report.leaks)
    assert told.report.leaks[0].startswith("the column '2' is the target")
    with pytest.raises(DataError, match=r"the experiment is strict and .*the column '2' is the target"):
        gathered(built, strict=True)


def test_a_column_that_only_parts_the_rows_is_no_leak_and_not_in_the_report() -> None:
    table = {"x": list(range(5, 45)), "fold": ["a", "b"] * 20, "y": ["p", "q"] * 20}
    splitter = {"use": "by_column", "column": "fold", "test": ["b"]}
    source = {"use": "in_memory", "features": table, "target": "y"}
    with pytest.raises(DataError, match="the 20 training rows of fold 1 are all of the class p"):
        gathered(components(source=source, splitter=splitter))
    table["y"] = ["p", "p", "q", "q"] * 10
    told = gathered(components(source=source, splitter=splitter))
    assert "fold" in told.clean.features.columns
    assert [column.name for column in (told.report.clean or told.report.raw).columns] == ["x"]
