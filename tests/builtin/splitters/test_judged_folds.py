import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, train_test_split

from runner.errors import ConfigError, DataError
from runner_builtin.splitters.judged_folds import JudgedFolds

X = np.zeros((60, 1))
Y = np.repeat(["a", "b"], [40, 20])


def plain(folds):
    return [tuple(part.tolist() for part in fold) for fold in folds]


def test_the_rows_are_those_of_train_test_split_and_of_the_folds_after_it():
    splitter = JudgedFolds(test_size=0.33, test_seed=42, folds=3, stratify="folds", shuffle=False)
    train, test = train_test_split(np.arange(60), test_size=0.33, random_state=42)
    assert plain([splitter.final_split(X, Y)]) == plain([(train, test)])
    expected = [(train[one], train[two]) for one, two in StratifiedKFold(3).split(train, Y[train])]
    assert plain(splitter.split(X, Y)) == plain(expected)


@pytest.mark.parametrize("stratify", ["none", "folds", "all"])
def test_no_fold_has_a_row_that_is_kept_and_each_other_row_is_held_out_once_in_each_repetition(stratify):
    splitter = JudgedFolds(folds=4, repeats=2, stratify=stratify, random_state=3)
    train, test = splitter.final_split(X, Y)
    assert sorted([*train, *test]) == list(range(60))
    folds = list(splitter.split(X, Y))
    assert len(folds) == splitter.get_n_splits() == 8
    for one, held in folds:
        assert sorted([*one, *held]) == sorted(train)
    for first in (0, 4):
        held = np.concatenate([fold[1] for fold in folds[first : first + 4]])
        assert sorted(held) == sorted(train)


def test_another_seed_of_the_experiment_keeps_the_same_rows_and_draws_other_folds():
    one, other = (JudgedFolds(random_state=seed) for seed in (1, 2))
    assert plain([one.final_split(X, Y)]) == plain([other.final_split(X, Y)])
    assert plain(one.split(X, Y)) != plain(other.split(X, Y))
    assert plain([one.final_split(X, Y)]) != plain([JudgedFolds(test_seed=1).final_split(X, Y)])


def test_shares_of_classes_are_kept_among_the_rows_kept_where_that_is_asked_for():
    _, test = JudgedFolds(stratify="all").final_split(X, Y)
    assert np.count_nonzero(Y[test] == "b") == 5


@pytest.mark.fault("F81")
@pytest.mark.parametrize(
    ("splitter", "told"),
    [
        (
            JudgedFolds(folds=46),
            "46 folds are more than the 45 rows that are not kept. The largest possible number is 45",
        ),
        (JudgedFolds(folds=16, stratify="all"), "'b': 15, 'a': 30.*The largest possible number is 15"),
        (JudgedFolds(test_size=0.99), "leaves no row for training"),
    ],
    ids=["rows", "members", "no rows"],
)
def test_more_folds_than_possible_are_an_error_with_the_largest_number(splitter, told):
    with pytest.raises(DataError, match=told):
        list(splitter.split(X, Y))


@pytest.mark.fault("F84")
def test_a_class_of_one_row_cannot_be_in_both_parts():
    with pytest.raises(DataError, match="1 has fewer \\('c': 1"):
        JudgedFolds(stratify="all").final_split(X, np.array([*Y[:-1], "c"]))


def test_repeating_what_is_not_shuffled_is_an_error():
    with pytest.raises(ConfigError, match="2 repeats without shuffling"):
        list(JudgedFolds(repeats=2, shuffle=False).split(X, Y))
