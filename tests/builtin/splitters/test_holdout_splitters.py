import numpy as np
import pytest

from runner.errors import DataError
from runner_builtin.splitters.holdout_splitters import Resubstitution, ThreeWay

X = np.zeros((100, 1))
Y = np.repeat(["a", "b"], [80, 20])


@pytest.mark.parametrize("stratify", [False, True])
def test_three_parts_are_all_rows_in_the_sizes_asked_for(stratify):
    splitter = ThreeWay(validation_size=0.1, test_size=0.3, stratify=stratify, random_state=0)
    ((train, validation, test),) = splitter.split(X, Y)
    assert [len(train), len(validation), len(test)] == [60, 10, 30]
    assert sorted([*train, *validation, *test]) == list(range(100))
    again = next(splitter.split(X, Y))
    assert [part.tolist() for part in again] == [train.tolist(), validation.tolist(), test.tolist()]


def test_stratified_each_of_three_parts_has_the_shares_of_the_whole():
    (parts,) = ThreeWay(validation_size=0.25, test_size=0.25, stratify=True, random_state=3).split(X, Y)
    assert [np.unique(Y[part], return_counts=True)[1].tolist() for part in parts] == [[40, 10], [20, 5], [20, 5]]


def test_another_seed_draws_three_other_parts():
    first, other = (next(ThreeWay(random_state=seed).split(X))[2].tolist() for seed in (0, 1))
    assert first != other


def test_three_parts_must_leave_rows_for_training():
    with pytest.raises(
        DataError, match=r"'three_way': validation_size 0.5 and test_size 0.5 of 100 rows are 50 and 50"
    ):
        list(ThreeWay(validation_size=0.5, test_size=0.5).split(X))


@pytest.mark.fault("F84")
def test_a_class_of_two_rows_cannot_be_in_three_parts():
    with pytest.raises(DataError, match=r"each of 3 parts, but 1 has fewer \('b': 2, 'a': 98\)"):
        list(ThreeWay(stratify=True).split(X, np.repeat(["a", "b"], [98, 2])))


@pytest.mark.fault("F84")
def test_the_smallest_of_three_parts_holds_a_row_of_each_class():
    classes = np.arange(100) % 5
    with pytest.raises(DataError, match=r"the smallest part has 2 rows, but each part needs a row of each of the 5"):
        list(ThreeWay(validation_size=0.02, stratify=True).split(X, classes))


def test_resubstitution_tests_on_all_that_it_trains_on_and_says_so():
    ((train, test),) = Resubstitution().split(X)
    assert train.tolist() == test.tolist() == list(range(100))
    assert Resubstitution.overlaps
