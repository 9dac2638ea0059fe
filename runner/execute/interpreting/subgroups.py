"""The scores of parts of the held-out rows: those with one value in a column, apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset, Prediction
from runner.errors import DataError, did_you_mean
from runner.execute.components import Called
from runner.execute.interpreting.asking import LeftOutError
from runner.execute.intervals import intervals
from runner.execute.profile import missing_in
from runner.plan.intervals import Intervals
from runner.record.predictions import HeldOut

#: A column of numbers with more values is parted at its quartiles; of other columns so many groups are told apart.
_VALUES, _GROUPS = 10, 20
#: A group of fewer rows has no score, and is put together with the others.
FEWEST = 5
MISSING, REST = "(missing)", "(others)"


def subgroups(
    column: str, data: Dataset, parts: Sequence[HeldOut], metrics: Sequence[Called], wanted: Intervals, seed: int
) -> dict[str, Any]:
    """Return each group of a column with how many held-out rows it has, and its scores with their intervals.

    data: rows with the column, as loaded. parts: what was predicted; a row that is held out in several folds counts
    once, as the first of them has it. Groups of fewer than five rows are put together. Raises LeftOutError for a
    column that is not there.
    """
    rows = pooled(parts)
    values = _column(column, data)[_places(data, rows.row_ids)]
    groups = []
    for name, mask in _groups(values):
        part = _rows_of(rows, np.flatnonzero(mask))
        groups.append({"value": name, "rows": len(part.truth), "scores": _scores(part, metrics, wanted, seed)})
    return {"column": column, "groups": groups}


def pooled(parts: Sequence[HeldOut]) -> HeldOut:
    """Return the rows of all folds as one. Raises LeftOutError where their models know different classes."""
    classes = [part.prediction.classes for part in parts]
    first = classes[0]
    for other in classes[1:]:
        if first is not None and other is not None and not np.array_equal(first, other):
            raise LeftOutError("the models of the folds know different classes, so their rows have no common score")
    whole = HeldOut(
        0,
        parts[0].part,
        np.concatenate([part.row_ids for part in parts]),
        np.concatenate([part.truth for part in parts]),
        Prediction(
            np.concatenate([part.prediction.labels for part in parts]),
            first,
            _joined([part.prediction.probabilities for part in parts]),
            _joined([part.prediction.scores for part in parts]),
            parts[0].prediction.label_sets,
        ),
    )
    _, once = np.unique(whole.row_ids, return_index=True)
    return whole if len(once) == len(whole.row_ids) else _rows_of(whole, np.sort(once))


def _joined(tables: Sequence[NDArray[Any] | None]) -> NDArray[Any] | None:
    known = [table for table in tables if table is not None]
    return np.concatenate(known) if len(known) == len(tables) else None


def _rows_of(held: HeldOut, rows: NDArray[np.intp]) -> HeldOut:
    return HeldOut(held.fold, held.part, held.row_ids[rows], held.truth[rows], held.prediction.take(rows))


def _column(column: str, data: Dataset) -> NDArray[Any]:
    if not hasattr(data.features, "iloc"):
        raise LeftOutError(f"the rows are an array and have no column {column!r}")
    names = {str(name): place for place, name in enumerate(data.features.columns)}
    if column not in names:
        raise LeftOutError(f"the data have no column {column!r}. {did_you_mean(column, names)}")
    values = data.features.iloc[:, names[column]]
    if values.dtype.kind in "iufb":
        kind: Any = bool if values.dtype.kind == "b" else np.float64
        return np.asarray(values.to_numpy(dtype=kind, na_value=np.nan))
    return np.asarray(values.astype(object).where(values.notna(), None), dtype=object)


def _places(data: Dataset, row_ids: NDArray[np.int64]) -> NDArray[np.intp]:
    order = np.argsort(data.row_ids, kind="stable")
    return np.asarray(order[np.searchsorted(data.row_ids[order], row_ids)])


def _groups(values: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Give (name, which rows): each value or range in order, then those that are few, then those without a value."""
    missing = missing_in(values)
    told = np.full(len(values), "", dtype=object)
    known = values[~missing]
    if values.dtype.kind == "f" and len(np.unique(known)) > _VALUES:
        told[~missing] = _quarters(known)
        names = sorted(set(told[~missing].tolist()), key=lambda name: float(name.split()[0]))
    else:
        told[~missing] = [_written(value) for value in known.tolist()]
        names = list(dict.fromkeys(_written(value) for value in sorted(known.tolist(), key=_order)))
    counts = {name: int(np.count_nonzero(told == name)) for name in names}
    most = sorted(counts, key=lambda name: -counts[name])[:_GROUPS]
    shown = [name for name in names if name in most and counts[name] >= FEWEST]
    for name in shown:
        yield name, told == name
    rest = ~missing & ~np.isin(told, np.array(shown, dtype=object))
    for name, mask in ((REST, rest), (MISSING, missing)):
        if mask.any():
            yield name, mask


def _quarters(known: NDArray[np.float64]) -> list[str]:
    edges = np.unique(np.quantile(known, [0, 0.25, 0.5, 0.75, 1]))
    place = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, len(edges) - 2)
    names = [f"{low:.6g} to {high:.6g}" for low, high in pairwise(edges.tolist())]
    return [names[it] for it in place.tolist()]


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _order(value: Any) -> Any:
    return (0, value, "") if isinstance(value, int | float) else (1, 0, str(value))


def _scores(part: HeldOut, metrics: Sequence[Called], wanted: Intervals, seed: int) -> dict[str, Any]:
    """Return metric -> value, low, high; nothing for few rows, nor for a metric that cannot score them."""
    scores: dict[str, Any] = {}
    for called in metrics if len(part.truth) >= FEWEST else ():
        if called.component.direction is None:
            continue
        try:
            value = float(called.call("scoring", called.component.score, part.truth, part.prediction))
            low, high = _interval(called, part, wanted, seed)
        except DataError:  # such as where the group has rows of one class only
            continue
        scores[called.name] = {"value": value, "low": low, "high": high}
    return scores


def _interval(called: Called, part: HeldOut, wanted: Intervals, seed: int) -> tuple[float | None, float | None]:
    if not hasattr(called.component, "resampled"):
        return None, None
    alone = HeldOut(part.fold, "test", part.row_ids, part.truth, part.prediction)
    found = intervals([called], [alone], seed=seed, resamples=wanted.resamples, confidence=wanted.confidence)
    told = found.get(called.name)
    return (None, None) if told is None else (told.low, told.high)
