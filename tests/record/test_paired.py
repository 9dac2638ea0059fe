"""Tests of paired scores give the numbers of the books, and of scipy where it has them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from runner.record.paired import corrected_t, differences, holm, wilcoxon


def test_the_corrected_t_test_gives_what_a_hand_computes() -> None:
    # mean 0.02, s = sqrt(0.0002 / 4), variance of the mean s² · (1/5 + 1/4): t = 0.02 / sqrt(0.00005 · 0.45)
    t = 0.02 / math.sqrt(0.00005 * 0.45)
    assert t == pytest.approx(4.2164, abs=1e-4)
    assert corrected_t([0.02, 0.01, 0.03, 0.02, 0.02], 1 / 4) == pytest.approx(2 * stats.t.sf(t, 4), rel=1e-12)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 10, 11, 50])
def test_without_a_correction_it_is_scipys_paired_t_test(count: int) -> None:
    rng = np.random.default_rng(count)
    ours, others = rng.normal(size=count), rng.normal(0.5, size=count)
    expected = stats.ttest_rel(ours, others).pvalue
    assert corrected_t((ours - others).tolist(), 0.0) == pytest.approx(expected, rel=1e-9)


def test_the_more_is_held_out_the_less_the_folds_tell() -> None:
    found = [corrected_t([0.02, 0.01, 0.03], ratio) for ratio in (0.0, 0.1, 0.5)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_the_sign_of_a_difference_does_not_matter_to_two_sides() -> None:
    given = [0.02, -0.01, 0.03, 0.05]
    assert corrected_t(given, 0.25) == pytest.approx(corrected_t([-one for one in given], 0.25))
    assert wilcoxon(given) == wilcoxon([-one for one in given])


def test_equal_differences_are_no_infinite_evidence() -> None:
    assert corrected_t([0.01, 0.01], 1.0) == 0.5
    assert corrected_t([0.01] * 5, 0.25) == 0.0625
    assert corrected_t([0.0] * 5, 0.25) == 1.0


@pytest.mark.parametrize("count", [1, 2, 5, 8, 13, 30])
def test_the_signed_rank_test_is_scipys_exact_one(count: int) -> None:
    given = np.random.default_rng(count).normal(0.3, size=count)
    assert wilcoxon(given.tolist()) == pytest.approx(stats.wilcoxon(given, method="exact").pvalue, rel=1e-12)


def test_the_signed_rank_test_is_exact_with_ties_and_zeros_too() -> None:
    # ranks 1.5, 1.5, 3, 4 and one zero left out; sums of at most 1.5 by 3 of 16 signs, on both sides
    assert wilcoxon([0.1, -0.1, 0.2, 0.3, 0.0]) == 2 * 3 / 16
    assert wilcoxon([0.0, 0.0]) == 1.0
    assert wilcoxon([]) == 1.0


def test_holm_gives_what_a_hand_computes() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005], 4) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9], 2) == [1.0, 1.0]
    assert holm([], 0) == []


def test_tests_that_were_not_made_count_like_those_that_found_nothing() -> None:
    assert holm([0.01, 0.002], 10) == holm([0.01, 0.002, *[1.0] * 8], 10)[:2]


def test_rounding_makes_no_differences() -> None:
    found = differences([0.95, 0.96, 0.3], [0.94, 0.95, 0.1 + 0.2])
    assert found[0] == found[1] == 0.01
    assert found[2] == 0.0
    assert differences([1e-9, 3e-9], [0.0, 0.0]) == [1e-9, 3e-9]
    assert differences([1234567.75], [1234567.5]) == [0.25]


def test_a_pair_needs_both() -> None:
    with pytest.raises(ValueError, match="shorter"):
        differences([0.1, 0.2], [0.1])


def test_equal_trials_are_called_different_in_five_of_a_hundred_cases() -> None:
    """Differences of folds that share their training rows correlate by n_test / n, here a fifth."""
    rng, folds, correlation = np.random.default_rng(0), 5, 0.2
    common, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, folds))
    drawn = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own
    corrected = np.mean([corrected_t(one, 1 / 4) < 0.05 for one in drawn.tolist()])
    uncorrected = np.mean([corrected_t(one, 0.0) < 0.05 for one in drawn.tolist()])
    assert corrected == pytest.approx(0.05, abs=0.012)
    assert uncorrected > 0.1
