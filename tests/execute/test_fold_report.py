from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runner.data import Dataset
from runner.execute.collecting import Fold
from runner.execute.fold_report import (
    FoldReport,
    absent_classes_told,
    fold_reports,
    shared_groups_told,
    shared_rows_told,
)
from runner.execute.row_hashes import row_hashes

#: Row 3 has the features of row 0.
ROWS = Dataset.of(np.array([[1], [2], [3], [1], [4], [5]]), ["a", "b", "a", "b", "a", "b"], groups=[1, 1, 2, 2, 3, 3])


def reports(*folds: Sequence[Any], dataset: Dataset = ROWS, classifier: bool = True) -> list[FoldReport]:
    hashes = row_hashes(dataset.features)
    return list(fold_reports(dataset, hashes, [Fold.of(parts) for parts in folds], classifier=classifier))


def test_each_side_of_a_fold_is_counted_by_class() -> None:
    (told,) = reports(([0, 1, 2], [3], [4, 5]))
    assert (told.train.rows, told.train.classes) == (3, {"a": 2, "b": 1})
    assert told.validation is not None
    assert (told.validation.rows, told.validation.classes) == (1, {"a": 0, "b": 1})
    assert (told.test.classes, told.held_rows) == ({"a": 1, "b": 1}, 3)


def test_a_target_of_values_has_a_mean_on_each_side() -> None:
    (told,) = reports(([0, 1], [2, 3]), dataset=replace(ROWS, target=np.arange(6.0)), classifier=False)
    assert (told.train.mean, told.test.mean, told.train.classes, told.validation) == (0.5, 2.5, None, None)


def test_of_very_many_classes_only_the_rows_are_counted() -> None:
    many = Dataset.of(np.zeros((500, 1)), np.arange(500))
    (told,) = reports((np.arange(400), np.arange(400, 500)), dataset=many)
    assert (told.train.rows, told.train.classes) == (400, None)


@pytest.mark.fault("F86")
def test_rows_and_groups_on_both_sides_are_counted() -> None:
    first, second = reports(([0, 1, 2], [3, 4, 5]), ([0, 1, 3], [2, 4, 5]))
    assert (first.shared_rows, first.shared_groups) == (1, 1)
    assert (second.shared_rows, second.shared_groups) == (0, 1)
    (clean,) = reports(([0, 1, 2, 3], [4, 5]))
    assert (clean.shared_rows, clean.shared_groups) == (0, 0)
    (ungrouped,) = reports(([0], [3]), dataset=replace(ROWS, groups=None))
    assert ungrouped.shared_groups is None


@pytest.mark.fault("F86")
def test_validation_rows_that_are_training_rows_count_too() -> None:
    (told,) = reports(([0, 1], [3], [4]))
    assert told.shared_rows == 1


@pytest.mark.fault("F86")
def test_shared_rows_are_told_with_their_number() -> None:
    (told,) = shared_rows_told(reports(([0, 1, 2], [3, 4, 5])))
    assert told.startswith("1 of 3 held-out rows have the features of a training row")
    (told,) = shared_rows_told(reports(([0, 1, 2], [3, 4, 5]), ([3, 4, 5], [0, 1, 2])))
    assert told.startswith("2 of 6 held-out rows of 2 folds have")
    assert list(shared_rows_told(reports(([0, 1], [2])))) == []


@pytest.mark.fault("F84")
def test_groups_on_both_sides_are_told() -> None:
    (told,) = shared_groups_told(reports(([0, 2, 4], [1, 3, 5])))
    assert told.startswith("3 of the groups are on both sides of the split. Use a splitter that parts no group")
    assert list(shared_groups_told(reports(([0, 1], [2, 3])))) == []
    assert list(shared_groups_told([])) == []


@pytest.mark.fault("F81")
def test_classes_that_are_not_tested_are_told() -> None:
    (told,) = absent_classes_told(reports(([0, 1, 3], [2, 4])))
    assert told == "of 1 class no row is among the test rows: 'b'"
    (told,) = absent_classes_told(reports(([0, 1, 3], [2, 4]), ([0, 1], [3, 5])))
    assert told == "of 2 classes no row is among the test rows of some fold: 'a', 'b'"
    assert list(absent_classes_told(reports(([0, 1], [2, 3])))) == []
