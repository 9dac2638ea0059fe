import numpy as np
import pandas as pd
import pytest
from sklearn import model_selection

from runner.errors import DataError
from runner_builtin.splitters.fold_splitters import KFold, StratifiedKFold
from runner_builtin.splitters.group_splitters import GroupKFold
from runner_builtin.splitters.holdout_splitters import Holdout, StratifiedHoldout
from runner_builtin.splitters.time_splitters import TimeSeries

X = np.arange(20).reshape(10, 2)
Y = np.array(list("aaaaabbbbb"))
GROUPS = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
ALL = [
    Holdout(random_state=0),
    Holdout(shuffle=False),
    StratifiedHoldout(random_state=0),
    KFold(random_state=0),
    StratifiedKFold(random_state=0),
    GroupKFold(),
    GroupKFold(shuffle=True, random_state=0),
    TimeSeries(folds=3),
]


def same(folds, others):
    for fold, other in zip(folds, others, strict=True):
        for part, part_of_other in zip(fold, other, strict=True):
            np.testing.assert_array_equal(part, part_of_other)


@pytest.mark.parametrize("splitter", ALL, ids=repr)
def test_training_and_test_rows_never_meet(splitter):
    for train, test in splitter.split(X, Y, GROUPS):
        assert not set(train) & set(test)
        assert len(train)
        assert len(test)


@pytest.mark.parametrize("splitter", ALL, ids=repr)
def test_the_same_seed_gives_the_same_folds(splitter):
    same(splitter.split(X, Y, GROUPS), splitter.split(X, Y, GROUPS))


def test_another_seed_gives_another_hold_out():
    first, other = (next(Holdout(random_state=seed).split(X))[1].tolist() for seed in (0, 1))
    assert first != other


def test_frames_and_images_are_split_alike():
    images = np.zeros((10, 2, 2))
    same(Holdout(random_state=0).split(pd.DataFrame(X)), Holdout(random_state=0).split(images))


def test_a_hold_out_is_scikit_learns():
    train, test = next(Holdout(test_size=0.33, random_state=4).split(X))
    rows = np.arange(10)
    expected_train, expected_test = model_selection.train_test_split(rows, test_size=0.33, random_state=4)
    assert train.tolist() == expected_train.tolist()
    assert test.tolist() == expected_test.tolist()


def test_an_unshuffled_hold_out_keeps_the_last_rows():
    train, test = next(Holdout(test_size=0.3, shuffle=False).split(X))
    assert train.tolist() == list(range(7))
    assert test.tolist() == [7, 8, 9]


def test_a_stratified_hold_out_keeps_the_shares():
    _, test = next(StratifiedHoldout(test_size=0.4, random_state=0).split(X, Y))
    assert sorted(Y[test]) == ["a", "a", "b", "b"]


def test_every_row_is_tested_once():
    for splitter in (KFold(random_state=1), StratifiedKFold(random_state=1), GroupKFold()):
        tested = np.concatenate([test for _, test in splitter.split(X, Y, GROUPS)])
        assert sorted(tested) == list(range(10))


def test_folds_are_scikit_learns():
    same(
        StratifiedKFold(folds=3, random_state=5).split(X, Y),
        model_selection.StratifiedKFold(3, shuffle=True, random_state=5).split(X, Y),
    )
    same(
        KFold(folds=3, shuffle=False, random_state=5).split(X),
        model_selection.KFold(3).split(X),
    )


def test_no_group_is_on_both_sides():
    for train, test in GroupKFold(folds=2).split(X, Y, GROUPS):
        assert not set(GROUPS[train]) & set(GROUPS[test])


def test_groups_are_declared_as_needed_and_missed():
    assert GroupKFold.needs_groups
    with pytest.raises(DataError, match="needs groups; name their column in the source's option 'groups'"):
        list(GroupKFold().split(X, Y))


def test_the_future_is_never_trained_on():
    for train, test in TimeSeries(folds=3, gap=1, test_size=2, max_train_size=2).split(X):
        assert train.max() + 1 < test.min()
        assert len(train) <= 2
        assert len(test) == 2


@pytest.mark.fault("F81")
@pytest.mark.parametrize(
    ("splitter", "told"),
    [
        (KFold(folds=11), "'kfold': 11 folds are more than the 10 rows. The largest possible number is 10."),
        (GroupKFold(folds=6), "'group_kfold': 6 folds are more than the 5 groups. The largest possible number is 5."),
        (StratifiedKFold(folds=6), "smallest class ('a': 5, 'b': 5). The largest possible number is 5."),
        (TimeSeries(folds=5, test_size=2), "With this test size at most 4 folds are possible."),
        (TimeSeries(folds=10), "With this test size at most 9 folds are possible."),
    ],
    ids=repr,
)
def test_too_many_folds_are_an_error_with_the_largest_possible_number(splitter, told):
    with pytest.raises(DataError) as caught:
        list(splitter.split(X, Y, GROUPS))
    assert told in str(caught.value)


@pytest.mark.fault("F81")
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("gap", [0, 2])
def test_the_largest_possible_number_of_periods_is_possible(size, gap):
    most = (10 - gap - 1) // size
    if most >= 2:
        assert len(list(TimeSeries(folds=most, test_size=size, gap=gap).split(X))) == most
    with pytest.raises(DataError):
        list(TimeSeries(folds=max(most, 1) + 1, test_size=size, gap=gap).split(X))


@pytest.mark.fault("F84")
@pytest.mark.parametrize("splitter", [StratifiedHoldout(), StratifiedKFold()])
def test_a_class_of_one_row_cannot_be_stratified(splitter):
    with pytest.raises(DataError, match=r"each of 2 parts, but 1 has fewer \('c': 1, 'a': 9\)"):
        list(splitter.split(X, np.array(list("aaaaaaaaac"))))


def test_a_test_part_smaller_than_the_number_of_classes_is_an_error():
    with pytest.raises(DataError, match=r"9 for training and 1 for testing, but each part needs a row of each"):
        list(StratifiedHoldout(test_size=0.1).split(X, Y))


@pytest.mark.parametrize("splitter", [StratifiedHoldout(), StratifiedKFold()])
def test_a_continuous_target_has_no_classes(splitter):
    with pytest.raises(DataError, match="10 different fractions: it is no class"):
        list(splitter.split(X, np.linspace(0, 1, 10)))


@pytest.mark.parametrize("splitter", [StratifiedHoldout(), StratifiedKFold()])
def test_a_missing_target_cannot_be_stratified(splitter):
    with pytest.raises(DataError, match="needs a target"):
        list(splitter.split(X))


@pytest.mark.parametrize(("rows", "size"), [(1, 0.5), (3, 0.9)])
def test_a_hold_out_must_leave_training_rows(rows, size):
    with pytest.raises(DataError, match=f"test_size {size} of {rows} rows leaves no row for training"):
        list(Holdout(test_size=size).split(X[:rows]))


def test_one_row_cannot_be_folded():
    with pytest.raises(DataError, match="No number of folds is possible"):
        list(KFold(folds=2).split(X[:1]))
