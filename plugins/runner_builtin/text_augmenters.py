"""More training texts from those there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.feature_columns import chosen_columns


@dataclass(frozen=True, kw_only=True)
class ReverseText:
    """Add each row once more with the words of its texts in reversed order, parted by single spaces.

    columns: of a table, None for all columns of texts. An array of texts has shape (n_rows,). Missing texts
    stay missing. Raises DataError where there is no text.
    """

    columns: list[str] | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by the reversed ones."""
        if hasattr(dataset.features, "iloc"):
            return dataset.joined(dataset.with_features(self._reversed_frame(dataset.features)))
        return dataset.joined(dataset.with_features(self._reversed_array(dataset.features)))

    def _reversed_frame(self, frame: Any) -> Any:
        where = "columns of augmenter 'reverse_text'"
        names = [name for name in chosen_columns(frame, self.columns, where) if _is_text(frame[name])]
        if not names or (self.columns is not None and len(names) < len(self.columns)):
            found = ", ".join(f"{name!r} ({dtype})" for name, dtype in frame.dtypes.items())
            raise DataError(f"{where}: {self.columns or 'the table'} holds no texts. The columns are: {found}.")
        turned = frame.copy()
        for name in names:
            turned[name] = frame[name].map(_reversed, na_action="ignore")
        return turned

    def _reversed_array(self, texts: Any) -> Any:
        if not isinstance(texts, np.ndarray) or texts.ndim != 1 or texts.dtype.kind not in "OU":
            raise DataError(
                f"augmenter 'reverse_text' needs texts, in a table or in an array of shape (n_rows,); found "
                f"{type(texts).__name__} of shape {getattr(texts, 'shape', '?')}."
            )
        turned = [_reversed(text) if isinstance(text, str) else text for text in texts.tolist()]
        return np.asarray(turned, dtype=texts.dtype)


def _is_text(column: Any) -> bool:
    return column.dtype.kind == "O" and all(isinstance(value, str) for value in column.dropna().tolist())


def _reversed(text: str) -> str:
    return " ".join(reversed(text.split()))
