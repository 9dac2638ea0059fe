import numpy as np
import pytest
from sklearn import model_selection

from runner.errors import DataError
from runner_builtin.splitters.group_splitters import GroupHoldout, GroupKFold, StratifiedGroupKFold

GROUPS = np.repeat(np.arange(10), [1, 9, 2, 8, 3, 7, 4, 6, 5, 5])
X = np.zeros((50, 1))
Y = (GROUPS % 3 == 0).astype(int)


@pytest.mark.fault("F84")
@pytest.mark.parametrize(
    "splitter",
    [GroupHoldout(random_state=0), GroupKFold(folds=3), StratifiedGroupKFold(folds=3, random_state=0)],
    ids=repr,
)
def test_no_group_is_on_both_sides(splitter):
    folds = list(splitter.split(X, Y, GROUPS))
    assert len(folds) == splitter.get_n_splits()
    for train, test in folds:
        assert not set(GROUPS[train]) & set(GROUPS[test])
        assert sorted([*train, *test]) == list(range(50))


def test_a_hold_out_of_groups_is_scikit_learns():
    expected = model_selection.GroupShuffleSplit(1, test_size=0.3, random_state=4).split(X, Y, GROUPS)
    ((train, test),) = GroupHoldout(test_size=0.3, random_state=4).split(X, Y, GROUPS)
    ((their_train, their_test),) = expected
    assert train.tolist() == sorted(their_train)
    assert test.tolist() == sorted(their_test)


def test_stratified_folds_of_groups_are_scikit_learns():
    theirs = model_selection.StratifiedGroupKFold(3, shuffle=True, random_state=2).split(X, Y, GROUPS)
    ours = StratifiedGroupKFold(folds=3, random_state=2).split(X, Y, GROUPS)
    for fold, expected in zip(ours, theirs, strict=True):
        assert [part.tolist() for part in fold] == [part.tolist() for part in expected]


@pytest.mark.parametrize("splitter", [GroupHoldout(), GroupKFold(), StratifiedGroupKFold()])
def test_groups_are_declared_as_needed_and_missed(splitter):
    assert splitter.needs_groups
    with pytest.raises(DataError, match="needs groups; name their column in the source's option 'groups'"):
        list(splitter.split(X, Y))


def test_a_hold_out_of_groups_must_leave_a_group_for_training():
    with pytest.raises(DataError, match=r"test_size 0\.9 of 2 groups leaves no group for training"):
        list(GroupHoldout(test_size=0.9).split(X[:4], Y[:4], np.array([0, 0, 1, 1])))


@pytest.mark.fault("F81")
def test_a_class_in_fewer_groups_than_folds_is_an_error_with_the_largest_number():
    with pytest.raises(
        DataError, match=r"5 folds are more than the groups in which the rarest class is \(1: 4, 0: 6"
    ):
        list(StratifiedGroupKFold(folds=5).split(X, Y, GROUPS))
    assert len(list(StratifiedGroupKFold(folds=4).split(X, Y, GROUPS))) == 4
