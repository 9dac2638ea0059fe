"""What becomes of values that a cleaner cannot accept: an error, a gap, or a dropped row.

A cleaner finds them column by column as masks; what is done about them is one decision, taken here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.change_notes import change_note, rows_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: How many columns and values a message shows, and how much of a value.
_SHOWN, _LENGTH = 3, 40


def refuse(dataset: Dataset, masks: Mapping[Any, NDArray[np.bool_]], problem: str, remedy: str) -> None:
    """Raise DataError that counts the values under the masks, by column, with the first few of them.

    dataset: with the values in question. problem: who complains of what, such as "cleaner 'cast': not a number".
    """
    found = {name: np.flatnonzero(mask) for name, mask in masks.items() if mask.any()}
    if not found:
        return
    told = [
        f"{len(rows)} of {dataset.n_rows} values in {str(name)!r} ({_values(dataset.features[name], rows)}; row ids "
        f"{rows_told(dataset.row_ids[rows], _SHOWN)})"
        for name, rows in list(found.items())[:_SHOWN]
    ]
    more = f", and {len(found) - _SHOWN} more columns" if len(found) > _SHOWN else ""
    raise DataError(f"{problem}: {', '.join(told)}{more}. {remedy}")


def drop_rows(dataset: Dataset, masks: Mapping[Any, NDArray[np.bool_]], what: str) -> Dataset:
    """Drop rows with a value under a mask; each counts for the first column that has one. what: such as "no date"."""
    dropped = np.zeros(dataset.n_rows, dtype=bool)
    for name, mask in masks.items():
        fresh = mask & ~dropped
        dataset = dataset.drop(fresh[~dropped], f"{what} in {str(name)!r}")
        dropped |= mask
    return dataset


def gap_notes(masks: Mapping[Any, NDArray[np.bool_]]) -> list[str]:
    """Note how many values became missing."""
    return change_note("blanked out", {name: int(mask.sum()) for name, mask in masks.items()})


def _values(column: Any, rows: NDArray[np.intp]) -> str:
    shown = [repr(value) for value in dict.fromkeys(column.iloc[rows[:50]].tolist())]
    short = [text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…" for text in shown[:_SHOWN]]
    return ", ".join(short) + (", …" if len(shown) > _SHOWN else "")
