"""Several labels for a row, brought into one form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from runner.data import Dataset
from runner.label_sets import text_of


@dataclass(frozen=True, kw_only=True)
class LabelSets:
    """Read several labels from one text, for the model `multilabel`: "drama, comedy" becomes "comedy;drama".

    separator: what stands between two labels; spaces around it go. nothing: the text of a row that has none, such as
    "none"; an empty text always means that. A number is one label. New rows, which have no target, pass. Raises
    DataError for a label with a semicolon.
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
        if text == self.nothing:
            return ""
        return text_of(label.strip() for label in str(text).split(self.separator) if label.strip())
