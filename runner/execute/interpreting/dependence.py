"""Partial dependence: what a model says on average if one input were this or that in every row (Friedman, 2001)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import take_rows
from runner.errors import did_you_mean
from runner.execute.interpreting.asking import LeftOutError, Subject

#: Points of a curve, categories of a column, curves of a model, and rows that are averaged over.
_POINTS, _CATEGORIES, _CURVES, _ROWS = 20, 10, 10, 200
#: A curve of numbers runs between these quantiles; a value that fewer rows have is not shown.
_ENDS, _FEWEST = (0.05, 0.95), 5


def partial_dependence(subject: Subject, column: str, *, raw: bool = False) -> dict[str, Any]:
    """Return the curve of one column: its values, and for each class the mean chance (or score, or value) at them.

    Of two classes the curve is of the second; of many, of the first ten. Numbers of few values are taken as they are,
    others along twenty steps from the 5th to the 95th percentile; of categories the most frequent. raw: show values
    that fewer than five rows have, too. Raises LeftOutError for a column that has no curve.
    """
    features = subject.rows.features
    place = _place(features, column)
    kind, values = _grid(_column(features, place), column, raw=raw)
    rows = np.linspace(0, features.shape[0] - 1, min(features.shape[0], _ROWS)).astype(np.intp)
    said = subject.response(_set(features, np.tile(rows, len(values)), place, np.repeat(values, len(rows))))
    means = said.reshape(len(values), len(rows), -1).mean(axis=1)
    return {
        "feature": column,
        "kind": kind,
        "values": values.tolist(),
        "curves": [
            {"class": label, "mean": mean}
            for label, mean in _curves(subject.classes, means, label_sets=subject.label_sets)
        ],
    }


def _curves(
    classes: NDArray[Any] | None, means: NDArray[np.float64], *, label_sets: bool
) -> list[tuple[str | None, list[float]]]:
    if classes is None or len(classes) < 2:
        return [(None, means[:, 0].tolist())]
    if means.shape[1] != len(classes) or (len(classes) == 2 and not label_sets):
        return [(str(classes[1]), means[:, -1].tolist())]
    return [(str(label), means[:, it].tolist()) for it, label in enumerate(classes.tolist()[:_CURVES])]


def chosen(ranked: Sequence[str], features: Any, most: int, *, raw: bool = False) -> list[str]:
    """Return the first columns that have a curve."""
    found: list[str] = []
    for name in ranked:
        if len(found) < most and _has_curve(features, name, raw=raw):
            found.append(name)
    return found


def _has_curve(features: Any, name: str, *, raw: bool) -> bool:
    try:
        _grid(_column(features, _place(features, name)), name, raw=raw)
    except LeftOutError:
        return False
    return True


def _place(features: Any, column: str) -> int:
    if hasattr(features, "iloc"):
        names = [str(name) for name in features.columns]
    elif len(features.shape) == 2 and not hasattr(features, "indptr"):
        names = [str(place) for place in range(features.shape[1])]
    else:
        raise LeftOutError("the rows have no columns that could be set one by one")
    if column not in names:
        raise LeftOutError(f"the rows have no column {column!r}. {did_you_mean(column, names)}")
    return names.index(column)


def _column(features: Any, place: int) -> Any:
    return features.iloc[:, place] if hasattr(features, "iloc") else features[:, place]


def _grid(column: Any, name: str, *, raw: bool) -> tuple[str, NDArray[Any]]:
    """Return "number" or "category", and the values along the curve."""
    is_number = column.dtype.kind in "iuf"
    known = column[column == column]  # without NaN, which is not itself
    known = np.asarray(known.dropna().to_numpy() if hasattr(known, "dropna") else known)
    known = known[np.isfinite(known)] if is_number else known
    if not is_number and not all(isinstance(value, str | bool | np.bool_) for value in known.tolist()):
        raise LeftOutError(f"column {name!r} holds neither numbers nor categories")
    values, counts = np.unique(known, return_counts=True)
    frequent = counts >= (1 if raw else _FEWEST)
    if is_number and len(values) > _POINTS:
        low, high = np.quantile(known, _ENDS)
        if low == high:
            raise LeftOutError(f"column {name!r} is {low:g} in nearly all rows")
        return "number", np.linspace(low, high, _POINTS)
    kept = values[frequent]
    if not is_number:
        most = np.argsort(-counts[frequent], kind="stable")[:_CATEGORIES]
        kept = kept[np.sort(most)]
    if len(kept) < 2:
        raise LeftOutError(f"column {name!r} has no two values that {_FEWEST} rows have each")
    return "number" if is_number else "category", kept


def _set(features: Any, rows: NDArray[np.intp], place: int, values: NDArray[Any]) -> Any:
    """Return rows with other values in a column. rows: positions; values: one for each."""
    taken = take_rows(features, rows)
    if not hasattr(features, "iloc"):
        taken = taken.astype(np.result_type(taken.dtype, values.dtype))
        taken[:, place] = values
        return taken
    import pandas as pd  # a frame came in, so pandas is loaded; arrays must not pay for it

    dtype = features.dtypes.iloc[place]
    fractions = dtype.kind in "iu" and bool(np.mod(values, 1).any())
    taken = taken.copy()
    taken.isetitem(place, pd.Series(values, index=taken.index, dtype=None if fractions else dtype))
    return taken
