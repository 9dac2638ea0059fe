"""Gather categories that are too rare to learn from under one name."""

from __future__ import annotations

from copy import copy
from typing import Any

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Count, Share
from runner_builtin.change_notes import change_note
from runner_builtin.feature_columns import chosen_columns, holds_texts

_WHERE = "columns of cleaner 'rare_categories'"


class RareCategories:
    """Write `label` for categories that fewer than `min_count` training rows have, or less than `min_share` of them.

    What the training rows never had is rare as well; missing values stay missing. columns: of a table, None for all
    columns of texts or categories. A column in which every category is rare is no column of categories, and refused.
    Raises DataError.
    """

    learns = True
    keeps_rows = True

    frequent_: dict[str, list[str]]  # column -> categories that stay

    def __init__(
        self,
        *,
        min_count: Count = 10,
        min_share: Share | None = None,
        label: str = "other",
        columns: Columns | None = None,
    ) -> None:
        self.min_count = min_count
        self.min_share = min_share
        self.label = label
        self.columns = columns

    def fit(self, dataset: Dataset) -> RareCategories:
        """Return a copy that knows which categories are frequent."""
        frame = dataset.features
        if not hasattr(frame, "iloc"):
            raise DataError(f"{_WHERE}: only a table has columns; found {type(frame).__name__}.")
        fitted = copy(self)
        fitted.frequent_ = {str(name): self._frequent(frame[name]) for name in self._names(frame)}
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with rare categories under one name."""
        frame, counts = dataset.features.copy(), {}
        for name in chosen_columns(frame, list(self.frequent_), _WHERE):
            column = _as_texts(frame[name])
            rare = column.notna() & ~column.isin([*self.frequent_[str(name)], self.label])
            counts[name] = int(rare.sum())
            frame[name] = column.mask(rare, self.label)
        return dataset.with_features(frame).noting(*change_note(f"made {self.label!r} of", counts))

    def _names(self, frame: Any) -> list[Any]:
        names = chosen_columns(frame, self.columns, _WHERE)
        suited = [name for name in names if _holds_categories(frame[name])]
        others = [f"{str(name)!r} ({frame[name].dtype})" for name in names if name not in suited]
        if not suited or (self.columns is not None and others):
            raise DataError(
                f"{_WHERE}: no texts or categories in {', '.join(others[:20])}. Name others, or make texts of them "
                f"with the cleaner 'cast' before."
            )
        return suited

    def _frequent(self, column: Any) -> list[str]:
        counts = _as_texts(column).value_counts()
        least = max(self.min_count, (self.min_share or 0.0) * int(counts.sum()))
        frequent = sorted(str(name) for name, count in counts.items() if count >= least)
        if len(counts) and not frequent:
            raise DataError(
                f"cleaner 'rare_categories': none of the {len(counts)} categories of column {str(column.name)!r} is "
                f"in {least:g} of the {len(column)} training rows, so all would become {self.label!r}. Name the "
                f"columns that hold categories, or lower min_count or min_share."
            )
        return frequent


def _holds_categories(column: Any) -> bool:
    if str(column.dtype) == "category":
        return all(isinstance(name, str) for name in column.cat.categories)
    return holds_texts(column)


def _as_texts(column: Any) -> Any:
    """A column of categories takes no new one."""
    return column.astype(object) if str(column.dtype) == "category" else column
