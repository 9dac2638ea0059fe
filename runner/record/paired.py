"""Tests of paired scores: is one of two trials better, or could the folds just as well have told otherwise?

A pair is a fold, drawn with one seed, that both trials were scored on; a difference is the one's score less the
other's. Pure arithmetic, so that a leaderboard need not wait for a library of statistics.

>>> round(corrected_t([0.02, 0.01, 0.03, 0.02, 0.02], held_ratio=1 / 4), 4)
0.0135
>>> wilcoxon([0.02, 0.01, 0.03, 0.02, 0.02])
0.0625
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import fmean, stdev

#: Differences that agree in so many digits of the scores are one; the rest is rounding.
_DIGITS = 12


def differences(scores: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return score less score, pair by pair, without what rounding left. Raises ValueError for unequal lengths."""
    largest = max((abs(score) for score in (*scores, *others)), default=0.0)
    digits = _DIGITS - (math.ceil(math.log10(largest)) if largest else 0)
    return [round(one - other, digits) for one, other in zip(scores, others, strict=True)]


def corrected_t(differences: Sequence[float], held_ratio: float) -> float:
    """Return the two-sided p-value of the corrected resampled t-test (Nadeau & Bengio, 2003).

    Folds share most of their training rows, so their differences vary less than those of fresh data would: the
    variance of their mean is s² · (1/J + n_test/n_train) instead of s²/J, with J - 1 degrees of freedom; for
    repeated cross-validation, J counts all folds of all repetitions (Bouckaert & Frank, 2004).

    differences: at least two. held_ratio: n_test/n_train. Differences that are all the same leave no variance to
    go by: then it is the sign test that speaks, 2^(1 - J), or 1 if they are zero.
    """
    count, mean, spread = len(differences), fmean(differences), stdev(differences)
    if spread == 0:
        return 1.0 if mean == 0 else math.ldexp(1.0, 1 - count)
    return _student_tails(mean / (spread * math.sqrt(1 / count + held_ratio)), count - 1)


def wilcoxon(differences: Sequence[float]) -> float:
    """Return the two-sided p-value of the signed-rank test (Wilcoxon, 1945), exact for any number of pairs and ties.

    Differences of zero say nothing and are left out; 1 where none is left. It takes the pairs to be independent,
    which folds are not quite, and asks nothing of their distribution.
    """
    ranked = _doubled_ranks([abs(one) for one in differences if one])
    signs = [one > 0 for one in differences if one]
    positive = sum(rank for rank, is_positive in zip(ranked, signs, strict=True) if is_positive)
    smaller = min(positive, sum(ranked) - positive)
    return min(1.0, 2 * sum(_ways(ranked)[: smaller + 1]) / (1 << len(ranked)))


def holm(p_values: Sequence[float], family: int) -> list[float]:
    """Adjust p-values for their number (Holm, 1979), stepping down from the smallest; given back in their order.

    family: of how many tests these are the p-values; those that are not given count as 1.

    >>> holm([0.04, 0.01, 0.03], family=3)
    [0.06, 0.03, 0.06]
    """
    adjusted, highest = [0.0] * len(p_values), 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, p_values[place] * (family - done)))
        adjusted[place] = highest
    return adjusted


def _student_tails(t: float, freedom: int) -> float:
    """Return P(|T| >= |t|) of Student's t with whole degrees of freedom (Abramowitz & Stegun, 1964, 26.7.3-4)."""
    angle = math.atan2(abs(t), math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = cosine if odd else 1.0
    for step in range(2 + odd, freedom, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    inside = 2 / math.pi * (angle + (sine * total if freedom > 1 else 0.0)) if odd else sine * total
    return max(0.0, 1.0 - inside)


def _doubled_ranks(sizes: Sequence[float]) -> list[int]:
    """Return twice the rank of each size, which is whole where equal ones share the mean of their ranks.

    >>> _doubled_ranks([0.3, 0.1, 0.1])
    [6, 3, 3]
    """
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    ranks, behind = [0] * len(sizes), 0
    for _, group in groupby(order, key=sizes.__getitem__):
        places = list(group)
        for place in places:
            ranks[place] = 2 * behind + len(places) + 1
        behind += len(places)
    return ranks


def _ways(ranks: Sequence[int]) -> list[int]:
    """Return for each sum, from 0 up, how many sets of these ranks come to it."""
    ways = [1]
    for rank in ranks:
        gap = [0] * rank
        ways = [without + with_it for without, with_it in zip([*ways, *gap], [*gap, *ways], strict=True)]
    return ways
