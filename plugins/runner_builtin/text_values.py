"""The texts among the features, wherever they stand: columns of a table, or an array of texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.columns import Choice
from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.change_notes import array_note, change_note
from runner_builtin.feature_columns import text_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


def text_lists(features: Any, columns: Choice, cleaner: str) -> dict[str, list[Any]]:
    """Return the values of each column of texts, by its name; None stands where a text is missing.

    features: a table, or an array of texts of shape (n_rows,), which counts as one column "texts". columns: None
    for all columns of texts. Raises DataError where there are no texts, or others than texts were asked for.
    """
    where = f"columns of cleaner {cleaner!r}"
    if hasattr(features, "iloc"):
        names = text_columns(features, columns, where)
        if not names:
            found = ", ".join(f"{str(name)!r} ({dtype})" for name, dtype in list(features.dtypes.items())[:20])
            raise DataError(f"{where}: the table has no column of texts. The columns are: {found}.")
        return {str(name): _none_for_missing(features[name].tolist()) for name in names}
    if not isinstance(features, np.ndarray) or features.ndim != 1 or features.dtype.kind not in "OU":
        raise DataError(
            f"{where}: texts are needed, in a table or in an array of shape (n_rows,); found "
            f"{type(features).__name__} of shape {getattr(features, 'shape', '?')}."
        )
    if columns is not None:
        raise DataError(f"{where}: an array has no column names, found {columns!r}; leave the option out.")
    return {"texts": _none_for_missing(features.tolist())}


def change_texts(dataset: Dataset, columns: Choice, cleaner: str, change: Callable[[str], str]) -> Dataset:
    """Return the rows with every text changed; missing ones stay missing. Notes how many became others."""
    texts = text_lists(dataset.features, columns, cleaner)
    changed = {name: [None if text is None else change(text) for text in values] for name, values in texts.items()}
    counts = {
        name: sum(before != after for before, after in zip(texts[name], changed[name], strict=True)) for name in texts
    }
    return with_texts(dataset, changed).noting(*_notes(dataset, counts))


def with_texts(dataset: Dataset, texts: dict[str, list[Any]]) -> Dataset:
    """Put texts back where `text_lists` had them from."""
    if not hasattr(dataset.features, "iloc"):
        return dataset.with_features(_text_array(texts["texts"], dataset.features))
    from pandas import Series  # a frame came in, so pandas is loaded; arrays must not pay for it

    frame = dataset.features.copy()
    for name in frame.columns:
        if str(name) in texts:
            frame[name] = Series(texts[str(name)], index=frame.index, dtype=frame[name].dtype)
    return dataset.with_features(frame)


def _text_array(texts: list[Any], like: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(texts, dtype=object if like.dtype.kind == "O" else str)


def _notes(dataset: Dataset, counts: dict[str, int]) -> list[str]:
    if hasattr(dataset.features, "iloc"):
        return change_note("changed", counts)
    return array_note("changed", counts["texts"])


def _none_for_missing(values: list[Any]) -> list[Any]:
    """Refuse nothing: a column of texts holds texts, None, NaN and NA only."""
    return [value if isinstance(value, str) else None for value in values]
