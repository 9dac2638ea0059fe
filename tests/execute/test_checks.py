from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner.execute.checks import check_folds, check_target
from runner.execute.collecting import Fold


def of(target: Any, dtype: Any = None) -> Dataset:
    target = np.asarray(target, dtype=dtype)
    return replace(Dataset.of(np.zeros((len(target), 1)), target), row_ids=np.arange(len(target)) + 100)


@pytest.mark.fault("F82")
@pytest.mark.parametrize(
    ("dataset", "classifier", "told"),
    [
        (
            of([1.0, np.nan, 2.0, np.nan]),
            False,
            r"has no value in 2 of 4 rows \(ids 101, 103\)\. Set 'source.drop_mi",
        ),
        (of(["a", None, "b"], object), True, r"has no value in 1 of 3 rows \(ids 101\)"),
        (of([np.nan] * 9), False, r"has no value in 9 of 9 rows \(ids 100, 101, 102, 103, 104, …\)"),
        (of([1.0, -np.inf, 2.0]), False, r"is infinite in 1 of 3 rows \(ids 101\)"),
        (
            of(["1", "2", "x"]),
            False,
            r"holds texts in 3 of 3 rows \(ids 100, 101, 102\), and the model learns numbers",
        ),
        (of([1, "x", 2.5], object), False, r"holds texts in 1 of 3 rows \(ids 101\), and the model learns numbers"),
        (of(["2024-01-01", "2024-01-02"], "datetime64[D]"), False, r"holds datetime64\[D\] values"),
        (of([0.5, 1.0, 1.5, 2.0]), True, r"4 different numbers, 2 of 4 with a fraction: it is a value and no class"),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_with_counts_and_rows(
    dataset: Dataset, told: str, *, classifier: bool
) -> None:
    with pytest.raises(DataError, match=told):
        check_target(dataset, classifier=classifier)


@pytest.mark.fault("F81")
@pytest.mark.parametrize("target", [["a"] * 5, [1.0] * 5, [True] * 5])
def test_one_class_only_is_refused(target: Any) -> None:
    with pytest.raises(DataError, match=r"all 5 rows are of the one class ('a'|1\.0|True); there is nothing to tell"):
        check_target(of(target), classifier=True)


@pytest.mark.fault("F83")
def test_rows_without_features_are_refused() -> None:
    with pytest.raises(DataError, match="there are 3 rows and no features to learn from"):
        check_target(Dataset.of(np.zeros((3, 0)), [0, 1, 0]), classifier=True)


@pytest.mark.parametrize(
    ("dataset", "classifier"),
    [
        (of(["a", "b"]), True),
        (of([True, False]), True),
        (of([1.0, 2.0]), True),
        (of([0, 1, 2]), True),
        (of(["a", 1], object), True),
        (of([0.5, 1.5]), False),
        (of([1, 1]), False),
        (Dataset.of(np.zeros((2, 1))), True),
    ],
)
def test_a_target_that_can_be_learned_passes(dataset: Dataset, *, classifier: bool) -> None:
    check_target(dataset, classifier=classifier)


TARGET = np.array(["a"] * 7 + ["b"] * 3)


@pytest.mark.fault("F81")
def test_a_fold_that_trains_on_one_class_is_refused_with_the_largest_possible_number() -> None:
    folds = [Fold.of((range(3, 10), range(3))), Fold.of((range(7), range(7, 10)))]
    with pytest.raises(DataError) as caught:
        check_folds(folds, TARGET, classifier=True, splitter="splitter 'kfold'")
    assert str(caught.value) == (
        "splitter 'kfold': the 7 training rows of fold 2 are all of the class a. In all there are 'b': 3, 'a': 7. "
        "A stratified splitter (of at most 3 folds) keeps every class in each part."
    )


@pytest.mark.fault("F81")
def test_a_class_of_one_row_that_is_tested_has_to_go() -> None:
    target = np.array(["a"] * 4 + ["b"])
    with pytest.raises(DataError, match="A class of one row cannot be parted: drop it"):
        check_folds([Fold.of((range(4), [4]))], target, classifier=True, splitter="x")


def test_folds_with_every_class_and_folds_of_values_pass() -> None:
    folds = [Fold.of((range(7), range(7, 10)))]
    check_folds(folds, TARGET, classifier=False, splitter="x")
    check_folds(folds, None, classifier=True, splitter="x")
    check_folds([Fold.of(([0, 9], [1]))], TARGET, classifier=True, splitter="x")
