from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from runner.drifting.histogram import Histogram
from runner.drifting.statistics import adjusted, chi_square, kolmogorov_smirnov, psi


def test_the_stability_index_is_the_sum_over_the_bins() -> None:
    before, after = np.array([50, 30, 20]), np.array([5, 10, 85])
    p, q = (before + 0.5) / 101.5, (after + 0.5) / 101.5
    assert psi(before, after) == pytest.approx(float(np.sum((q - p) * np.log(q / p))), rel=1e-15)
    assert psi(before, before) == 0
    assert np.isfinite(psi(np.array([100, 0]), np.array([0, 100])))


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_the_test_of_numbers_is_scipy_s_for_values_at_the_ends_of_the_bins(shift: int) -> None:
    rng = np.random.default_rng(shift)
    before, after = rng.integers(0, 20, 400).astype(float), rng.integers(shift, 20 + shift, 170).astype(float)
    spread = Histogram.of(before)
    kept = np.isin(after, [*spread.edges, before.max()])
    found = kolmogorov_smirnov(np.array(spread.counts), spread.counted(after[kept]))
    expected = stats.ks_2samp(before, after[kept], method="asymp")
    assert found == pytest.approx((expected.statistic, expected.pvalue), rel=1e-12)


def test_the_test_of_other_numbers_never_finds_more_than_scipy_s() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        before, after = rng.normal(size=300), rng.normal(0.2, size=100)
        spread = Histogram.of(before)
        statistic, p = kolmogorov_smirnov(np.array(spread.counts), spread.counted(after))
        expected = stats.ks_2samp(before, after, method="asymp")
        assert statistic <= expected.statistic + 1e-12
        assert p >= expected.pvalue - 1e-12


def test_the_test_of_categories_is_scipy_s() -> None:
    before, after = np.array([50, 30, 20]), np.array([40, 60, 25])
    expected = stats.chi2_contingency(np.stack([before, after]), correction=False)
    assert chi_square(before, after) == (expected.statistic, expected.pvalue)


def test_rare_categories_are_put_together_before_they_are_tested() -> None:
    before, after = np.array([500, 300, 3, 4, 2, 0]), np.array([450, 350, 4, 3, 3, 0])
    expected = stats.chi2_contingency([[500, 300, 9], [450, 350, 10]], correction=False)
    assert chi_square(before, after) == (expected.statistic, expected.pvalue)
    still_few = chi_square(np.array([500, 300, 1]), np.array([450, 350, 2]))
    expected = stats.chi2_contingency([[500, 301], [450, 352]], correction=False)
    assert still_few == (expected.statistic, expected.pvalue)
    assert chi_square(np.array([10, 0]), np.array([20, 0])) == (0.0, 1.0)


def test_p_values_are_adjusted_as_scipy_does() -> None:
    p = [0.001, 0.04, 0.03, 0.9]
    assert adjusted(p) == stats.false_discovery_control(p).tolist()
    assert adjusted([]) == []
