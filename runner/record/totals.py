"""Scores per fold -> scores in total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from runner.record.records import Score, Total


def totals(folds: Sequence[Mapping[str, Score]]) -> dict[str, Total]:
    """Average each metric over the folds; descriptions of one shape are averaged cell by cell."""
    return {name: _total([fold[name] for fold in folds]) for name in folds[0]} if folds else {}


def _total(values: Sequence[Score]) -> Total:
    if all(isinstance(value, int | float) for value in values):
        numbers = np.asarray(values, dtype=float)
        spread = float(numbers.std(ddof=1)) if len(numbers) > 1 else None
        return Total(float(numbers.mean()), spread, len(numbers))
    shapes = {np.shape(value) for value in values}  # type: ignore[arg-type]
    if len(shapes) > 1:
        return Total(None, None, len(values))
    return Total(np.mean(np.asarray(values, dtype=float), axis=0).tolist(), None, len(values))
