"""Refuse values of columns that nobody expected there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.doubtful_values import drop_rows, gap_notes, refuse
from runner_builtin.cleaners.value_rules import check_rule, outside, told
from runner_builtin.feature_columns import chosen_columns

_WHERE = "values of cleaner 'allowed_values'"


@dataclass(frozen=True, kw_only=True)
class AllowedValues:
    """Allow only listed values, or numbers within a range, in columns of a table; missing values are allowed.

    values: column -> a list, or {min, max}, both included. action: what becomes of other values: an error that counts
    them, a gap, or a dropped row. Raises DataError, ConfigError.
    """

    values: dict[str, list[Any] | dict[str, float]]
    action: Literal["error", "missing", "drop"] = "error"

    row_by_row: ClassVar[bool] = True

    @property
    def keeps_rows(self) -> bool:
        """Only dropping drops."""
        return self.action != "drop"

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without other values."""
        frame = dataset.features
        if not hasattr(frame, "iloc"):
            raise DataError(f"{_WHERE}: only a table has columns; found {type(frame).__name__}.")
        masks = {}
        for name in chosen_columns(frame, list(self.values), _WHERE):
            rule = self.values[str(name)]
            check_rule(rule, f"{_WHERE}, column {str(name)!r}")
            masks[name] = outside(frame[name], frame[name].isna().to_numpy(), rule, f"{_WHERE}, column {str(name)!r}")
            if self.action == "error":
                problem = f"cleaner 'allowed_values': not allowed ({told(rule)})"
                remedy = "Allow them, or set action: missing or drop."
                refuse(dataset, {name: masks[name]}, problem, remedy)
        return (
            drop_rows(dataset, masks, "not allowed value") if self.action == "drop" else self._gapped(dataset, masks)
        )

    def _gapped(self, dataset: Dataset, masks: dict[Any, Any]) -> Dataset:
        frame = dataset.features.copy()
        for name, mask in masks.items():
            if mask.any():
                frame[name] = _with_gaps(frame[name], mask)
        return dataset.with_features(frame).noting(*gap_notes(masks))


def _with_gaps(column: Any, mask: Any) -> Any:
    """Blank values out; plain whole numbers and booleans have no gaps, so they become floats and objects."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        column = column.astype(float)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "b":
        column = column.astype(object)
    return column.mask(mask)
