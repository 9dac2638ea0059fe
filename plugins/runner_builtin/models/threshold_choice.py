"""The threshold on a score that is best for a metric, on rows of which the answers are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


def best_threshold(
    scores: NDArray[np.float64],
    is_positive: NDArray[np.bool_],
    *,
    metric: str,
    beta: float = 1.0,
    usual: float = 0.5,
) -> tuple[float, float]:
    """Return the threshold with the best metric, and the metric there.

    Thresholds lie midway between neighbouring scores, and outside of all. scores: (n_rows,). metric: one of
    METRICS. beta: of "f_beta". usual: of equally good thresholds, the nearest to this one is taken.
    """
    thresholds, reached = metric_by_threshold(scores, is_positive, metric=metric, beta=beta)
    equally = np.flatnonzero(np.isclose(reached, reached.max(), rtol=0, atol=1e-12))
    chosen = equally[np.abs(thresholds[equally] - usual).argmin()]
    return float(thresholds[chosen]), float(reached[chosen])


def metric_by_threshold(
    scores: NDArray[np.float64], is_positive: NDArray[np.bool_], *, metric: str, beta: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the thresholds that differ, from the highest, and the metric at each; see `best_threshold`."""
    order = np.argsort(-scores, kind="stable")
    ordered, hit = scores[order], is_positive[order]
    ends = np.flatnonzero(np.append(np.diff(ordered) != 0, True))
    hits = np.concatenate([[0.0], np.cumsum(hit)[ends]])
    alarms = np.concatenate([[0.0], np.cumsum(~hit)[ends]])
    distinct = ordered[ends]
    thresholds = _between(distinct)
    reached = METRICS[metric](hits, alarms, int(is_positive.sum()), int((~is_positive).sum()), beta)
    return thresholds, reached


def _between(scores: Counts) -> Counts:
    """Return a threshold above all scores, one between each two neighbours, and one below all. scores: descending."""
    above, below = np.nextafter(scores[0], np.inf), np.nextafter(scores[-1], -np.inf)
    midway = scores[1:] + (scores[:-1] - scores[1:]) / 2
    # Between two neighbouring floats there is none; the upper one then is the threshold.
    return np.concatenate([[above], np.maximum(midway, np.nextafter(scores[1:], np.inf)), [below]])


def _accuracy(hits: Counts, alarms: Counts, n_positive: int, n_negative: int, beta: float) -> Counts:
    del beta
    return (hits + n_negative - alarms) / (n_positive + n_negative)


def _balanced_accuracy(hits: Counts, alarms: Counts, n_positive: int, n_negative: int, beta: float) -> Counts:
    del beta
    return (hits / n_positive + 1 - alarms / n_negative) / 2


def _f_beta(hits: Counts, alarms: Counts, n_positive: int, n_negative: int, beta: float) -> Counts:
    """F-score (van Rijsbergen, 1979)."""
    del n_negative
    return (1 + beta**2) * hits / (beta**2 * n_positive + hits + alarms)


def _kappa(hits: Counts, alarms: Counts, n_positive: int, n_negative: int, beta: float) -> Counts:
    """Agreement beyond chance (Cohen, 1960)."""
    del beta
    rows, said = n_positive + n_negative, hits + alarms
    agreed = (hits + n_negative - alarms) / rows
    by_chance = (said * n_positive + (rows - said) * n_negative) / rows**2
    return np.asarray((agreed - by_chance) / (1 - by_chance))


def _matthews(hits: Counts, alarms: Counts, n_positive: int, n_negative: int, beta: float) -> Counts:
    """Correlation of what is said with what is (Matthews, 1975); 0 where one class is never said."""
    del beta
    said = hits + alarms
    spread = np.sqrt(said * (n_positive + n_negative - said) * n_positive * n_negative)
    return np.divide(hits * n_negative - alarms * n_positive, spread, out=np.zeros_like(hits), where=spread > 0)


#: Name -> metric of the true and the false positives at each threshold, of the rows of both classes, and of beta.
METRICS: Mapping[str, Callable[[Counts, Counts, int, int, float], Counts]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f_beta": _f_beta,
    "kappa": _kappa,
    "matthews": _matthews,
}
