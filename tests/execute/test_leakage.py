from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.execute.leakage import id_warnings, leak_warnings

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 300)
VALUES = RNG.normal(size=300)


def of_classes(column: Any, target: Any = CLASSES) -> tuple[str, ...]:
    frame = pd.DataFrame({"noise": RNG.normal(size=len(target)), "seen": column})
    return leak_warnings(Dataset.of(frame, target), classifier=True)


@pytest.mark.fault("F85")
@pytest.mark.parametrize(
    "column",
    [CLASSES, CLASSES.astype(float), np.array(["p", "q", "r"])[CLASSES], pd.Categorical(2 - CLASSES)],
    ids=["the same", "as numbers", "other names", "as categories"],
)
def test_a_column_that_is_the_target_under_any_name_is_found(column: Any) -> None:
    (told,) = of_classes(column)
    assert told.startswith("the column 'seen' is the target, or the target under other names")


@pytest.mark.fault("F85")
def test_a_column_of_which_each_value_goes_with_one_class_is_found() -> None:
    (told,) = of_classes([f"{label}{number}" for label, number in zip(CLASSES, RNG.integers(0, 5, 300), strict=True)])
    assert told.startswith("the column 'seen' alone tells the class of 100.00% of the rows")


@pytest.mark.fault("F85")
def test_a_column_in_which_the_classes_follow_each_other_is_found() -> None:
    (told,) = of_classes(10 * CLASSES + RNG.uniform(size=300))
    assert told.startswith("the column 'seen' alone tells the classes apart at 2 thresholds")


@pytest.mark.fault("F85")
@pytest.mark.parametrize(
    ("column", "how"), [(VALUES, "is the target"), (3 - 2 * VALUES, r"by a straight line \(R² 1")]
)
def test_a_column_that_gives_the_value_is_found(column: Any, how: str) -> None:
    frame = pd.DataFrame({"seen": column, "noise": RNG.normal(size=300), "text": ["a"] * 300})
    (told,) = leak_warnings(Dataset.of(frame, VALUES), classifier=False)
    assert told.startswith("the column 'seen' ")
    assert len(told.split(how.replace("\\", ""))) == 2


@pytest.mark.parametrize(
    "column",
    [
        RNG.normal(size=300),
        RNG.integers(0, 5, 300),
        np.ones(300),
        np.full(300, np.nan),
        [f"row {place}" for place in range(300)],
        np.arange(300),
        np.where(RNG.uniform(size=300) < 0.05, RNG.integers(0, 3, 300), CLASSES),
        CLASSES + RNG.normal(size=300, scale=0.3),
        [None] * 300,
    ],
    ids=["noise", "five values", "constant", "missing", "names", "numbers", "good", "very good", "none"],
)
def test_a_column_that_only_helps_is_no_leak(column: Any) -> None:
    assert of_classes(column) == ()


def test_a_rare_class_is_not_told_by_never_naming_it() -> None:
    target = (np.arange(20_000) < 10).astype(int)
    assert of_classes(RNG.integers(0, 50, 20_000), target) == ()
    assert of_classes(RNG.normal(size=20_000), target) == ()


def test_a_few_rows_or_members_are_told_apart_by_chance() -> None:
    assert of_classes(np.arange(19) % 2, np.arange(19) % 2) == ()
    assert of_classes([0] * 26 + [1] * 4, [0] * 26 + [1] * 4) == ()


def test_arrays_are_looked_through_by_place_and_images_are_not() -> None:
    array = np.column_stack([RNG.normal(size=300), 5 * CLASSES + RNG.uniform(size=300)])
    (told,) = leak_warnings(Dataset.of(array, CLASSES), classifier=True)
    assert told.startswith("the column '1' ")
    assert leak_warnings(Dataset.of(array.reshape(300, 2, 1), CLASSES), classifier=True) == ()
    assert leak_warnings(Dataset.of(array), classifier=True) == ()


def test_a_leak_is_found_in_a_sample_of_many_rows() -> None:
    target = RNG.integers(0, 2, 100_000)
    assert len(of_classes(target + RNG.uniform(size=100_000) / 2, target)) == 1


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_honest_data_have_no_leak(name: str) -> None:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    assert leak_warnings(Dataset.of(bunch.data, bunch.target), classifier=name != "diabetes") == ()


@pytest.mark.fault("F85")
def test_an_id_is_told_by_name() -> None:
    (told,) = id_warnings(["customer"])
    assert told.startswith("the column 'customer' has another value in every row and reads like an id")
