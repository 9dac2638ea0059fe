import numpy as np
import pytest
from sklearn import model_selection

from runner.errors import ConfigError, DataError
from runner_builtin.splitters.fold_splitters import KFold, Nested, StratifiedKFold

X = np.zeros((30, 1))
Y = np.repeat(["a", "b"], [20, 10])


def plain(folds):
    return [tuple(part.tolist() for part in fold) for fold in folds]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (KFold(folds=3, repeats=4, random_state=7), model_selection.RepeatedKFold),
        (StratifiedKFold(folds=3, repeats=4, random_state=7), model_selection.RepeatedStratifiedKFold),
    ],
)
def test_repeated_folds_are_scikit_learns(ours, theirs):
    expected = theirs(n_splits=3, n_repeats=4, random_state=7).split(X, Y)
    assert plain(ours.split(X, Y)) == plain(expected)
    assert ours.get_n_splits() == 12


@pytest.mark.parametrize("kind", [KFold, StratifiedKFold])
def test_repeating_what_is_not_shuffled_is_an_error(kind):
    with pytest.raises(ConfigError, match="3 repeats without shuffling are the same folds 3 times"):
        list(kind(repeats=3, shuffle=False).split(X, Y))


@pytest.mark.parametrize("stratified", [False, True])
def test_nested_folds_test_each_row_in_one_outer_fold_and_never_train_on_it(stratified):
    splitter = Nested(folds=5, inner_folds=4, stratified=stratified, random_state=0)
    folds = list(splitter.split(X, Y))
    assert len(folds) == splitter.get_n_splits() == 20
    for train, validation, test in folds:
        assert sorted([*train, *validation, *test]) == list(range(30))
    tests = {tuple(test.tolist()) for _, _, test in folds}
    assert sorted(row for test in tests for row in test) == list(range(30))
    for outer in range(5):
        inner = folds[4 * outer : 4 * outer + 4]
        assert len({tuple(test.tolist()) for _, _, test in inner}) == 1
        validated = np.concatenate([validation for _, validation, _ in inner])
        assert sorted([*validated, *inner[0][2]]) == list(range(30))


def test_stratified_nested_folds_keep_the_shares():
    for train, validation, test in Nested(folds=5, inner_folds=4, stratified=True, random_state=0).split(X, Y):
        assert [np.count_nonzero(Y[part] == "b") for part in (train, validation, test)] == [6, 2, 2]


def test_nested_folds_are_the_same_for_the_same_seed():
    splitter = Nested(random_state=5)
    assert plain(splitter.split(X, Y)) == plain(splitter.split(X, Y))
    assert plain(splitter.split(X, Y)) != plain(Nested(random_state=6).split(X, Y))


@pytest.mark.fault("F81")
@pytest.mark.parametrize(
    ("splitter", "told"),
    [
        (Nested(folds=31), "31 folds are more than the 30 rows. The largest possible number is 30."),
        (Nested(folds=2, inner_folds=16), "16 inner_folds are more than the 30 rows outside of the test part, 15."),
        (
            Nested(folds=11, stratified=True),
            "11 folds are more than the members of the smallest class ('b': 10, 'a': 20)",
        ),
        (Nested(folds=5, inner_folds=9, stratified=True), "The largest possible number is 8."),
    ],
)
def test_too_many_nested_folds_are_an_error_with_the_largest_number(splitter, told):
    with pytest.raises(DataError) as caught:
        list(splitter.split(X, Y))
    assert told in str(caught.value)


@pytest.mark.parametrize(("folds", "inner"), [(2, 5), (3, 6), (5, 8), (10, 9)])
def test_the_largest_number_of_inner_folds_is_possible(folds, inner):
    for train, validation, test in Nested(folds=folds, inner_folds=inner, stratified=True).split(X, Y):
        for part in (train, validation, test):
            assert set(Y[part]) == {"a", "b"}
