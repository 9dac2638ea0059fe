"""The held-out rows of a trial's folds with what was predicted of them."""

from __future__ import annotations

from collections.abc import Sequence

from runner.execute import cleaning
from runner.execute.fold import FittedFold, part_of
from runner.record.predictions import HeldOut, Part


def held_out(folds: Sequence[FittedFold]) -> list[HeldOut]:
    """Return the validation and the test rows of each fold; nothing of one that diverged or had no such rows."""
    return [part for fold in folds for part in _parts(fold)]


def _parts(fold: FittedFold) -> list[HeldOut]:
    if fold.number is None or fold.test is None or fold.prediction is None:
        return []
    rows, split = cleaning.frozen(fold.test), fold.n_validation
    assert rows.target is not None
    parts: list[tuple[Part, slice]] = [("validation", slice(0, split)), ("test", slice(split, rows.n_rows))]
    return [
        HeldOut(fold.number, part, rows.row_ids[where], rows.target[where], part_of(fold.prediction, where))
        for part, where in parts
        if len(rows.row_ids[where])
    ]
