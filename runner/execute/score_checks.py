"""What a metric gave, looked at before it is averaged: every number of it has to be finite.

A score that is NaN in one fold is an error that names the fold and its classes. Left to itself it would spoil the
mean, or be left out of it, and nobody would know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner.execute.checks import class_advice, counts_told
from runner.execute.components import Called
from runner.execute.preparing import Prepared
from runner.record.records import Score


def checked_score(called: Called, given: Any, n_rows: int) -> Score:
    """Return a score as it is recorded. n_rows: scored. Raises DataError, PluginError.

    A metric that ranks gives a finite number; a description may give nested lists of them.
    """
    described = called.component.direction is None
    if not _is_number(given) and not (described and isinstance(given, list)):
        due = "a number or nested lists of numbers" if described else "a number"
        raise called.broke_contract(f"score() gave {type(given).__name__} {str(given)[:80]!r}; {due} is due")
    for where, number in _numbers(given):
        if not _is_number(number):
            raise called.broke_contract(f"score() gave {number!r} at {where}, where a number is due")
        if not math.isfinite(number):
            place = f" at {where}" if where else ""
            raise DataError(f"{called} is {number}{place} on these {n_rows} rows; such a score cannot be averaged.")
    return _plain(given)  # type: ignore[no-any-return]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _numbers(given: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Give (position such as "[1][0]", what stands there)."""
    if isinstance(given, list):
        for place, item in enumerate(given):
            yield from _numbers(item, f"{where}[{place}]")
    else:
        yield where, given


def _plain(given: Any) -> Any:
    """Return Python's own numbers in place of NumPy's."""
    if isinstance(given, list):
        return [_plain(item) for item in given]
    return given.item() if isinstance(given, np.generic) else given


def in_fold(error: DataError, rows: Prepared, fold: int | None, *, classifier: bool) -> DataError:
    """Return the error with the fold it was made in, its classes, and how many folds would do. fold: from 0."""
    if rows.test is None or fold is None:
        return error
    truth = rows.test.target
    told = f"This was fold {fold + 1}, with {rows.test.n_rows} held-out rows"
    if not classifier or truth is None:
        return DataError(f"{error} {told}.")
    known = np.concatenate([_given(rows.train), truth])
    advice = class_advice(known, several=True) if len(np.unique(truth)) < len(np.unique(known)) else ""
    return DataError(f"{error} {told} ({counts_told(truth)}), of {counts_told(known)} in all. {advice}".rstrip())


def _given(train: Dataset) -> NDArray[Any]:
    """Return the target of the training rows that were not made by an augmenter."""
    assert train.target is not None
    return train.target[train.row_ids != MADE]  # type: ignore[no-any-return]
