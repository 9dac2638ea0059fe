"""Scores of many resamples of the same rows at once, for confidence intervals.

`counts` is (n_resamples, n_rows): how often each row was drawn. Every function equals, but for rounding, scoring the
rows repeated so often, one resample after the other; a score that a resample does not have is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def means(values: NDArray[Any], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean value of each resample. values: (n_rows,) or (n_rows, n_columns)."""
    total = counts.sum(axis=1)
    summed = counts @ np.asarray(values, dtype=np.float64)
    return ratio(summed, total if summed.ndim == 1 else total[:, None])


def ratio(numerator: NDArray[Any], denominator: NDArray[Any], nothing: float = np.nan) -> NDArray[np.float64]:
    """Divide; `nothing` where the denominator is 0."""
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), nothing, dtype=np.float64)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out


def confusions(
    truth: NDArray[Any], labels: NDArray[Any], classes: NDArray[Any], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n_resamples, n_classes, n_classes): rows of each class (second axis) predicted as each (third).

    classes: all that occur, in any order.
    """
    size = len(classes)
    cells = positions(truth, classes) * size + positions(labels, classes)
    found, sums = grouped(cells, counts)
    confusion = np.zeros((len(counts), size * size))
    confusion[:, found] = sums
    return confusion.reshape(-1, size, size)


def positions(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Return where each label stands among the classes, which hold them all."""
    order = np.argsort(classes)
    return np.asarray(order[np.searchsorted(classes, labels, sorter=order)])


def grouped(keys: NDArray[Any], counts: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return the distinct keys, sorted, and how often each was drawn: (n_resamples, n_keys)."""
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    return found, np.add.reduceat(counts[:, order], starts, axis=1)


def area_under_roc(
    positive: NDArray[np.bool_], scores: NDArray[Any], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the chance that a positive row is scored above a negative one, ties counting half."""
    good, drawn = _by_score(positive, scores, counts)
    bad = drawn - good
    below = np.cumsum(bad, axis=1) - bad / 2
    return ratio((good * below).sum(axis=1), good.sum(axis=1) * bad.sum(axis=1))


def average_precision(
    positive: NDArray[np.bool_], scores: NDArray[Any], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean precision over the positive rows, rows of one score being found together."""
    good, drawn = _by_score(positive, -scores, counts)
    precision = ratio(np.cumsum(good, axis=1), np.cumsum(drawn, axis=1), nothing=0.0)
    return ratio((good * precision).sum(axis=1), good.sum(axis=1))


def _by_score(
    positive: NDArray[np.bool_], scores: NDArray[Any], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many positive rows, and how many in all, were drawn of each score: (n_resamples, n_scores)."""
    order = np.argsort(scores, kind="stable")
    drawn = counts[:, order]
    good = drawn * positive[order]
    _, starts = np.unique(scores[order], return_index=True)
    if len(starts) == len(scores):
        return good, drawn
    return np.add.reduceat(good, starts, axis=1), np.add.reduceat(drawn, starts, axis=1)


def medians(values: NDArray[Any], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median value of each resample; of an even number of rows the mean of the two amid them."""
    order = np.argsort(values)
    ranked, reached = values[order], np.cumsum(counts[:, order], axis=1)
    size = reached[:, -1:]
    lower = ranked[np.argmax(reached > (size - 1) // 2, axis=1)]
    upper = ranked[np.argmax(reached > size // 2, axis=1)]
    return np.asarray((lower + upper) / 2)
