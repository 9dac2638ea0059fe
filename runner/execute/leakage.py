"""Columns that tell the target outright: a model that sees one has nothing to learn, and fails on new data.

Looked for among the single columns of a table: one that equals the target, that maps onto it value by value, that
tells the classes apart at a threshold, or from which a straight line gives the values. Nothing here sees a leak that
takes two columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import Dataset
from runner.execute.profile import missing_in, sample_of
from runner.execute.row_hashes import numbered, row_hashes

#: Rows looked at.
_SAMPLE = 20_000
#: Wider data are not looked through.
_MAX_COLUMNS = 300
#: Fewer rows, or fewer of a class, are told apart by chance.
_ENOUGH = 20
_MEMBERS = 5
#: As good as all: of the rows told right, and of the spread explained.
_ALL = 0.999
#: A column of more different values than this share of the rows tells each row apart, and so any target.
_FEW = 0.1


def leak_warnings(dataset: Dataset, *, classifier: bool) -> tuple[str, ...]:
    """Tell the columns that give the target away. classifier: the target holds classes. Shows no cell."""
    if dataset.target is None or dataset.n_rows < _ENOUGH:
        return ()
    rows = sample_of(dataset.n_rows, _SAMPLE)
    sample = dataset if len(rows) == dataset.n_rows else dataset.take(rows)
    find = _class_leak if classifier else _value_leak
    found = []
    for name, values, counts in _columns(sample.features):
        told = find(values, sample.target, counts=counts)
        if told:
            found.append(f"the column {name!r} {told}. If it is not known before the target is, drop it")
    return tuple(found)


def _columns(features: Any) -> Iterator[tuple[str, NDArray[Any], bool]]:
    """Give the columns of a table or of a table-like array: name, values, and whether these are numbers.

    Of texts, categories and dates only which are equal matters: they are numbered.
    """
    if hasattr(features, "iloc"):
        for place, name in enumerate(features.columns[:_MAX_COLUMNS]):
            column = features.iloc[:, place]
            if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb":
                yield str(name), column.to_numpy(), True
            else:
                yield str(name), _numbered_column(column), False
    elif isinstance(features, np.ndarray) and features.ndim == 2 and features.shape[1] <= _MAX_COLUMNS:
        for place in range(features.shape[1]):
            plain = features.dtype.kind in "iufb"
            yield str(place), features[:, place] if plain else numbered(row_hashes(features[:, place]))[0], plain


def _numbered_column(column: Any) -> NDArray[Any]:
    try:
        return np.asarray(column.factorize()[0])
    except TypeError:  # lists have no hash
        return numbered(row_hashes(column.map(repr).to_numpy()))[0]


def _class_leak(values: NDArray[Any], target: Any, *, counts: bool) -> str | None:
    classes, n_classes = numbered(target)
    members = np.bincount(classes)
    if n_classes < 2 or members.min() < _MEMBERS:
        return None
    numbers, n_values = numbered(values)
    if n_values > _FEW * len(values):
        return _threshold(values, classes, members) if counts else None
    table = np.bincount(numbers * n_classes + classes, minlength=n_values * n_classes).reshape(n_values, n_classes)
    if n_values == n_classes and (np.count_nonzero(table, axis=1) == 1).all():
        return "is the target, or the target under other names"
    right = table.max(axis=1).sum() / len(values)
    # A rare class is told right by never naming it; what counts is how much of the rest is told.
    gained = (right - members.max() / len(values)) / (1 - members.max() / len(values))
    return f"alone tells the class of {right:.2%} of the rows" if min(right, gained) >= _ALL else None


def _threshold(values: NDArray[Any], classes: NDArray[np.intp], members: NDArray[np.intp]) -> str | None:
    """Sort by the column: do the classes come one after the other?"""
    if missing_in(values).any():
        return None
    changes = max(np.count_nonzero(np.diff(classes[np.lexsort((order, values))])) for order in (classes, -classes))
    by_chance = len(values) * (1 - np.sum((members / len(values)) ** 2))
    if changes - (len(members) - 1) > (1 - _ALL) * by_chance:
        return None
    return f"alone tells the classes apart at {len(members) - 1} threshold{'s' * (len(members) > 2)}"


def _value_leak(values: NDArray[Any], target: Any, *, counts: bool) -> str | None:
    if not counts or target.dtype.kind not in "iuf":
        return None
    first, second = values.astype(np.float64), np.asarray(target, dtype=np.float64)
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    if len(first) < _ENOUGH or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    if np.array_equal(first, second):
        return "is the target"
    explained = float(np.corrcoef(first, second)[0, 1] ** 2)
    return f"gives the target by a straight line (R² {explained:.4f})" if explained >= _ALL else None


def id_warnings(names: Sequence[str]) -> tuple[str, ...]:
    """Tell the columns that only number or name the rows."""
    return tuple(
        f"the column {name!r} has another value in every row and reads like an id. What a model learns from it is of "
        "no use for new rows; drop it"
        for name in names
    )
