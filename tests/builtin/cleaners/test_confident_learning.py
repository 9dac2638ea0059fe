import numpy as np
import pytest

from runner_builtin.cleaners.confident_learning import confident_joint, likely_classes, pair_counts


def test_thresholds_are_what_the_model_believes_of_each_class_on_average():
    given = np.array([0, 0, 1, 1])
    # class 0: mean of .9 and .5 = .7; class 1: mean of .6 and .4 = .5; the last row reaches neither
    believed = np.array([[0.9, 0.1], [0.5, 0.5], [0.4, 0.6], [0.6, 0.4]])
    # of the two labelled 0, one is counted as 0 and one as 1; the one counted of those labelled 1 stands for both
    assert confident_joint(given, believed).tolist() == [[1.0, 1.0], [0.0, 2.0]]


def test_of_several_confident_classes_it_is_the_likeliest():
    believed = np.array([[0.2, 0.5, 0.3], [0.5, 0.3, 0.2], [0.45, 0.35, 0.2]])
    assert confident_joint(np.array([0, 1, 2]), believed).tolist() == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_each_class_keeps_its_size():
    rng = np.random.default_rng(0)
    given, believed = rng.integers(0, 4, 200), rng.dirichlet(np.ones(4), 200)
    assert confident_joint(given, believed).sum(axis=1) == pytest.approx(np.bincount(given))


def test_the_number_of_doubted_rows_is_estimated_even_where_half_are_below_the_threshold():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], 500)
    sure = rng.uniform(0.8, 1.0, 1000)
    believed = np.where(truth[:, None] == [0, 1], sure[:, None], 1 - sure[:, None])
    wrong = np.r_[:60, 500:560]
    given = truth.copy()
    given[wrong] = 1 - given[wrong]
    found = np.flatnonzero(likely_classes(given, believed) != given)
    assert np.isin(found, wrong).all()
    assert len(found) > 0.85 * len(wrong)


def test_the_rows_doubted_first_are_those_of_the_widest_margin():
    given = np.array([0, 0, 0, 0, 1, 1])
    believed = np.array([[0.9, 0.1], [0.9, 0.1], [0.45, 0.55], [0.05, 0.95], [0.3, 0.7], [0.3, 0.7]])
    # thresholds .575 and .7: one of three counted rows labelled 0 is of class 1, scaled to four rows 1.33
    assert likely_classes(given, believed).tolist() == [0, 0, 0, 1, 1, 1]


def test_a_model_without_an_opinion_doubts_nothing():
    given = np.array([0, 1, 0, 1])
    assert likely_classes(given, np.full((4, 2), 0.5)).tolist() == given.tolist()


def test_pairs_are_counted_most_frequent_first():
    given, likely = np.array([0, 0, 1, 2, 2, 2]), np.array([1, 0, 0, 0, 0, 2])
    assert pair_counts(given, likely) == [((2, 0), 2), ((0, 1), 1), ((1, 0), 1)]
