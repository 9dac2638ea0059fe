"""How far two samples are apart, from counts: Kolmogorov and Smirnov, chi-square, population stability.

>>> round(psi(np.array([50, 50]), np.array([80, 20])), 2)
0.41
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Expected counts below this make a chi-square unreliable; such columns are put together (Cochran, 1954).
_EXPECTED = 5


def psi(reference: NDArray[np.int64], new: NDArray[np.int64]) -> float:
    """Return the population stability index, the sum of (q - p) · ln(q / p) over the bins (Siddiqi, 2006).

    Half a row is added to each bin, so that an empty one gives a finite number. 0.1 is taken for a moderate shift and
    0.2 for a large one.
    """
    before, after = (counts + 0.5 for counts in (reference, new))
    p, q = before / before.sum(), after / after.sum()
    return float(((q - p) * np.log(q / p)).sum())


def kolmogorov_smirnov(reference: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[float, float]:
    """Return the largest distance of two distributions at the ends of the bins, and its p-value for two sides.

    For values that lie on these ends it is that of `scipy.stats.ks_2samp(…, method="asymp")`; for others the distance
    is that or less, so that the test rejects too rarely and never too often.
    """
    from scipy.stats import kstwo  # only who looks for drift pays for it

    n, m = int(reference.sum()), int(new.sum())
    distance = float(np.abs(np.cumsum(reference) / n - np.cumsum(new) / m).max())
    return distance, float(kstwo.sf(distance, np.round(m * n / (m + n))))


def chi_square(reference: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[float, float]:
    """Return Pearson's statistic of two rows of counts and its p-value, as `scipy.stats.chi2_contingency` does.

    Without Yates' correction. Columns of which few rows are expected are put together first; where one is left, the
    two cannot be told apart and p is 1.
    """
    from scipy.stats import chi2_contingency  # likewise

    table = _enough(np.stack([reference, new]).astype(np.int64))
    if table.shape[1] < 2:
        return 0.0, 1.0
    found = chi2_contingency(table, correction=False)
    return float(found.statistic), float(found.pvalue)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return p-values that hold for all tests together: of those below a level, at most that share is false.

    By Benjamini and Hochberg (1995).
    """
    from scipy.stats import false_discovery_control  # likewise

    return [float(p) for p in false_discovery_control(list(p_values))] if p_values else []


def _enough(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put columns with small expected counts together; columns without any row go."""
    table = table[:, table.sum(axis=0) > 0]
    rows, total = table.sum(axis=1), table.sum()
    expected = np.outer(rows, table.sum(axis=0)) / max(1, total)
    few = (expected < _EXPECTED).any(axis=0)
    if not few.any():
        return table
    kept, rest = table[:, ~few], table[:, few].sum(axis=1, keepdims=True)
    if kept.shape[1] and (rows * rest.sum() / total < _EXPECTED).any():
        kept = kept.copy()
        kept[:, [kept.sum(axis=0).argmin()]] += rest  # too few even together
        return kept
    return np.concatenate([kept, rest], axis=1)
