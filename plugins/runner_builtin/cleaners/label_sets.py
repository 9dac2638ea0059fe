"""Several labels for a row, brought into one form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.label_sets import text_of


@dataclass(frozen=True, kw_only=True)
class LabelSets:
    """Read several labels from one text, for the model `multilabel`: "drama, comedy" becomes "comedy;drama".

    separator: what stands between two labels; spaces around it go. nothing: the text of a row that has none, such as
    "none"; an empty text always means that. New rows, which have no target, pass. Raises DataError for a target that
    is no text.
    """

    separator: str = ","
    nothing: str | None = None

    keeps_rows: ClassVar[bool] = True
    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with their labels sorted."""
        if dataset.target is None:
            return dataset
        old = dataset.target.tolist()
        made = {text: self._read(text) for text in dict.fromkeys(old)}
        return replace(dataset, target=np.array([made[text] for text in old], dtype=str))

    def _read(self, text: Any) -> str:
        if not isinstance(text, str):
            raise DataError(f"cleaner 'label_sets' reads texts, and the target holds {text!r}.")
        if text == self.nothing:
            return ""
        return text_of(label.strip() for label in text.split(self.separator) if label.strip())
