"""Rows made anew by changing their texts, one by one, in a table or in an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from runner.columns import Choice
from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.feature_columns import text_columns


def joined_with_changed(dataset: Dataset, augmenter: str, columns: Choice, change: Callable[[str], str]) -> Dataset:
    """Return the rows given, followed by each once more with `change` done to its texts; missing ones stay missing.

    columns: of a table, None for all columns of texts. Raises DataError where there is no text.
    """
    if hasattr(dataset.features, "iloc"):
        return dataset.joined(dataset.with_features(_changed_frame(dataset.features, augmenter, columns, change)))
    return dataset.joined(dataset.with_features(_changed_array(dataset.features, augmenter, columns, change)))


def _changed_frame(frame: Any, augmenter: str, columns: Choice, change: Callable[[str], str]) -> Any:
    where = f"columns of augmenter {augmenter!r}"
    names = text_columns(frame, columns, where)
    if not names:
        found = ", ".join(f"{name!r} ({dtype})" for name, dtype in frame.dtypes.items())
        raise DataError(f"{where}: the table holds no texts. The columns are: {found}.")
    changed = frame.copy()
    for name in names:
        changed[name] = frame[name].map(change, na_action="ignore")
    return changed


def _changed_array(texts: Any, augmenter: str, columns: Choice, change: Callable[[str], str]) -> Any:
    if not isinstance(texts, np.ndarray) or texts.ndim != 1 or texts.dtype.kind not in "OU":
        raise DataError(
            f"augmenter {augmenter!r} needs texts, in a table or in an array of shape (n_rows,); found "
            f"{type(texts).__name__} of shape {getattr(texts, 'shape', '?')}."
        )
    if columns is not None:
        raise DataError(
            f"columns of augmenter {augmenter!r}: an array has no column names, found {columns!r}; leave the option "
            f"out."
        )
    changed = [change(text) if isinstance(text, str) else text for text in texts.tolist()]
    return np.asarray(changed, dtype=object if texts.dtype.kind == "O" else None)
