"""Confidence intervals of scores: the percentile bootstrap over held-out rows (Efron and Tibshirani, 1993).

The rows of each fold are drawn again, with replacement, from this fold's rows; the score of a resample is the mean
over its folds, as the total is. So an interval says how the score varies with the rows that happen to be held out,
and nothing of how it varies with the rows that were learned from. Where a row is held out in several folds (repeats),
it is drawn equally often in all of them: it is one row, however often it is predicted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Prediction
from runner.errors import DataError
from runner.execute.components import Called
from runner.plan.intervals import LEAST, Intervals
from runner.plan.seeds import derive
from runner.record.interval import Interval
from runner.record.predictions import HeldOut

#: So many rows are drawn in all, unless the least number of resamples takes more.
_ROWS_DRAWN = 20_000_000
#: So many rows a metric may be shown, one resample after the other, if it cannot score resamples at once.
_ROWS_SHOWN, _TIMES_SHOWN = 10_000_000, 200
#: Cells of one array of counts, 32 MB.
_CELLS = 4_000_000
#: An interval leaves out at most this share of the resamples, those that have no score.
_LEFT_OUT = 0.05


def intervals(
    metrics: Sequence[Called],
    held: Sequence[HeldOut],
    *,
    seed: int,
    resamples: int = Intervals.resamples,
    confidence: float = Intervals.confidence,
) -> dict[str, Interval]:
    """Return an interval for each score that has a direction, under the names that the scores have.

    seed: of the experiment; equal seeds give equal intervals. resamples: how many at most, 0 for no intervals; many
    rows get less, down to 100. A metric may have `resampled(truth, prediction, counts) -> (n_resamples,)`, where
    counts (n_resamples, n_rows) says how often each row is drawn and NaN stands for no score; one that has not, or
    that returns NotImplemented, is shown the resamples one by one. Raises PluginError for a metric that breaks this.
    """
    validated = any(part.part == "validation" for part in held)
    found: dict[str, Interval] = {}
    for name, prefix in (("validation", ""), ("test", "test/" if validated else "")):
        folds = [part for part in held if part.part == name]
        for called in metrics if folds and resamples else ():
            if called.component.direction is not None:
                found[f"{prefix}{called.name}"] = _interval(called, folds, seed, resamples, confidence)
    return found


def _interval(called: Called, folds: Sequence[HeldOut], seed: int, resamples: int, confidence: float) -> Interval:
    rows = sum(len(fold.truth) for fold in folds)
    size, score = min(resamples, max(LEAST, _ROWS_DRAWN // rows)), _at_once(called, folds[0])
    if score is None:
        size, score = min(size, _TIMES_SHOWN, _ROWS_SHOWN // rows), _one_by_one(called)
        if size < min(resamples, LEAST):
            why = f"{rows} rows are too many to score resample by resample"
            return Interval(low=None, high=None, confidence=confidence, resamples=0, note=why)
    return _between(_scores(folds, score, seed, size), confidence)


def _between(scores: NDArray[np.float64], confidence: float) -> Interval:
    """Return the interval between the percentiles."""
    sound = scores[np.isfinite(scores)]
    missing = len(scores) - len(sound)
    if missing > _LEFT_OUT * len(scores):
        why = f"{missing} of {len(scores)} resamples have no score" if len(sound) else "resampled rows have no score"
        return Interval(low=None, high=None, confidence=confidence, resamples=len(sound), note=why)
    low, high = np.quantile(sound, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    note = "every resample has the same score, so these rows cannot tell how sure it is" if low == high else None
    return Interval(low=low, high=high, confidence=confidence, resamples=len(sound), note=note)


# --- the scores of resamples -------------------------------------------------------------------------------

#: (held-out rows, counts) -> the score of each resample.
Score = Callable[[HeldOut, NDArray[np.float64]], NDArray[np.float64]]


def _scores(folds: Sequence[HeldOut], score: Score, seed: int, size: int) -> NDArray[np.float64]:
    """Return the mean over the folds for each resample, NaN where a fold has none."""
    total = np.zeros(size)
    for fold, draws in _draws(folds, seed, size):
        start = 0
        for counts in draws:
            drawn = counts.any(axis=1)
            scores = np.full(len(counts), np.nan)
            scores[drawn] = score(fold, counts[drawn])
            total[start : start + len(counts)] += scores
            start += len(counts)
    return total / len(folds)


def _at_once(called: Called, fold: HeldOut) -> Score | None:
    """Return how a metric scores many resamples at once; None where it cannot."""
    resampled = getattr(called.component, "resampled", None)
    if resampled is None:
        return None

    def score(fold: HeldOut, counts: NDArray[np.float64]) -> Any:
        return called.call("scoring resamples", resampled, fold.truth, fold.prediction, counts)

    def checked(fold: HeldOut, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        scores = np.asarray(score(fold, counts), dtype=np.float64)
        if scores.shape != (len(counts),):
            raise called.broke_contract(f"resampled() gave shape {scores.shape} for {len(counts)} resamples")
        return scores

    return None if score(fold, np.ones((1, len(fold.truth)))) is NotImplemented else checked


def _one_by_one(called: Called) -> Score:
    """Return how a metric scores resamples that it has to be shown row by row."""

    def score(fold: HeldOut, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = called.call("scoring resamples", _each, called.component.score, fold, counts)
        return scores

    return score


def _each(score: Callable[..., Any], fold: HeldOut, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = np.full(len(counts), np.nan)
    for place, times in enumerate(counts.astype(np.intp)):
        rows = np.repeat(np.arange(len(times)), times)
        try:
            scores[place] = score(fold.truth[rows], _rows_of(fold.prediction, rows))
        except DataError:  # no score of these rows, such as where a class is missing
            continue
    return scores


def _rows_of(prediction: Prediction, rows: NDArray[np.intp]) -> Prediction:
    return prediction.take(rows)


# --- drawing -----------------------------------------------------------------------------------------------


def _draws(folds: Sequence[HeldOut], seed: int, size: int) -> Iterator[tuple[HeldOut, Iterator[NDArray[np.float64]]]]:
    """Give each fold with how often its rows are drawn, some resamples at a time: (n_resamples, n_rows)."""
    ids, times = np.unique(np.concatenate([fold.row_ids for fold in folds]), return_counts=True)
    for fold in folds:
        if (times == 1).all():
            yield fold, _counts(derive(seed, "intervals", fold.fold), len(fold.truth), size)
        else:
            places = np.searchsorted(ids, fold.row_ids)
            # drawn again for each fold from the same seed, which gives each fold the same draw
            yield fold, (counts[:, places] for counts in _counts(derive(seed, "intervals"), len(ids), size))


def _counts(seed: np.random.SeedSequence, n_rows: int, size: int) -> Iterator[NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // n_rows)
    for start in range(0, size, at_once):
        count = min(at_once, size - start)
        drawn = rng.integers(n_rows, size=(count, n_rows)) + n_rows * np.arange(count)[:, None]
        yield np.bincount(drawn.ravel(), minlength=count * n_rows).reshape(count, n_rows).astype(np.float64)
