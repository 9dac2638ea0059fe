from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.execute import data_report as module
from runner.execute.change_report import change_of
from runner.execute.collecting import Fold
from runner.execute.data_report import DataReport, data_report
from runner.record import strict_json

RAW = replace(
    Dataset.of(
        pd.DataFrame({"x": [1, 1, 2, 1, 3], "t": ["a", "a", "b", "a", "b"]}),
        ["p", "q", "p", "p", "q"],
        fingerprint="of the file",
    ),
    notes=("column 'x': read as whole numbers",),
    rejected=((7, "too many fields", "1,2,3"),),
)
HALVES = [Fold.of(([0, 1, 2], [3, 4]))]


def report(dataset: Dataset = RAW, folds: Any = HALVES, **more: Any) -> DataReport:
    return data_report(dataset, dataset, [], folds, **{"classifier": True, **more})


def test_a_report_accounts_for_what_was_loaded_cleaned_and_parted() -> None:
    clean = RAW.drop(np.array([False, True, False, False, False]), "twice")
    steps = [change_of("clean/twice", RAW, clean)]
    told = data_report(RAW, clean, steps, [Fold.of(([0, 1], [2, 3]))], classifier=True, fingerprints={"raw": "abc"})
    assert (told.schema, told.source, told.fingerprints, told.rejected) == (1, "of the file", {"raw": "abc"}, 1)
    assert told.raw.rows == 5
    assert told.clean is not None
    assert told.clean.rows == 4
    assert [(step.step, step.dropped) for step in told.steps] == [("clean/twice", {"twice": 1})]
    assert (told.n_folds, told.folds[0].train.rows) == (1, 2)
    assert told.notes == RAW.notes


def test_data_that_were_not_cleaned_are_described_once() -> None:
    assert report().clean is None


def test_repeated_and_conflicting_rows_are_counted() -> None:
    told = report()
    assert (told.repeated.rows, told.repeated.features, told.repeated.conflicting) == (1, 2, 3)
    assert "3 rows are equal in all features to a row with another target" in told.remarks
    alone = Dataset.of(np.arange(4)[:, None], [0, 1, 0, 1])
    assert report(alone, [Fold.of(([0, 1], [2, 3]))]).repeated == module.Repeated(0, 0, 0)


@pytest.mark.fault("F86")
def test_a_row_in_training_and_in_test_is_counted_and_told() -> None:
    told = report()
    assert told.folds[0].shared_rows == 1
    assert told.remarks[-1].startswith("1 of 2 held-out rows have the features of a training row")
    assert told.leaks == ()


def test_rows_that_are_on_both_sides_on_purpose_are_counted_only() -> None:
    told = report(overlaps=True, folds=[Fold.of((range(5), range(5)))])
    assert told.folds[0].shared_rows == 5
    assert not [text for text in told.remarks if "held-out" in text]


@pytest.mark.fault("F85", "F84")
def test_leaks_ids_and_parted_groups_are_leaks() -> None:
    frame = pd.DataFrame(
        {"row": range(30), "copy": ["p", "q"] * 15, "noise": np.random.default_rng(0).normal(size=30)}
    )
    dataset = Dataset.of(frame, ["p", "q"] * 15, groups=np.arange(30) // 10)
    first, second, third = report(dataset, [Fold.of((range(15), range(15, 30)))]).leaks
    assert first.startswith("the column 'copy' is the target")
    assert second.startswith("the column 'row' has another value in every row")
    assert third.startswith("1 of the groups are on both sides")


def test_constant_and_infinite_columns_are_remarked() -> None:
    frame = pd.DataFrame({"one": 1, "other": "x", "far": [1.0, np.inf, 2.0, 3.0]})
    remarks = report(Dataset.of(frame, [0, 1, 0, 1]), [Fold.of(([0, 1], [2, 3]))]).remarks
    assert "the columns 'one', 'other' have the same value in all rows" in remarks
    assert "the column 'far' has infinite values" in remarks


def test_of_very_many_folds_the_first_are_described() -> None:
    told = report(folds=HALVES * (module.MAX_FOLDS + 1))
    assert (told.n_folds, len(told.folds)) == (module.MAX_FOLDS + 1, module.MAX_FOLDS)


def test_a_report_shows_no_cell_and_can_be_written_as_json() -> None:
    frame = pd.DataFrame({"name": ["Ada Lovelace", "Alan Turing"] * 2, "x": [1, 2, 3, 4]})
    written = strict_json.dumps(report(Dataset.of(frame, [0, 1, 0, 1]), [Fold.of(([0, 1], [2, 3]))]))
    assert "Ada" not in written
    assert "Turing" not in written


def test_a_report_of_small_data_costs_milliseconds() -> None:
    images = np.random.default_rng(0).uniform(size=(1797, 8, 8))
    dataset = Dataset.of(images, np.arange(1797) % 10)
    report(dataset, [Fold.of((range(1347), range(1347, 1797)))])
    start = time.perf_counter()
    report(dataset, [Fold.of((range(1347), range(1347, 1797)))])
    assert time.perf_counter() - start < 0.1
