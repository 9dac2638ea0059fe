"""Bring columns of a table to the types they are meant to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.doubtful_values import drop_rows, gap_notes, refuse
from runner_builtin.feature_columns import chosen_columns

_WHERE = "to of cleaner 'cast'"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Turn the values of columns into numbers, whole numbers, texts, yes or no, categories, or dates.

    to: column -> type. on_error: what becomes of values that are none of the type: an error that counts them, a gap,
    or a dropped row. decimal, thousands: how texts write numbers. date_format: as for `strptime`; None is ISO 8601;
    times with an offset become UTC. Yes is true, t, yes, y or 1 in any case, no is false, f, no, n or 0. Infinite
    numbers are none. Whole numbers beside gaps become floats. Raises DataError.
    """

    to: dict[str, Literal["number", "integer", "string", "boolean", "category", "date"]]
    on_error: Literal["error", "missing", "drop"] = "error"
    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None

    row_by_row: ClassVar[bool] = True

    @property
    def keeps_rows(self) -> bool:
        """Only dropping drops."""
        return self.on_error != "drop"

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with their columns in the types asked for."""
        from runner_builtin.cleaners.casting import Writing, casted  # pandas, which arrays must not pay for

        if not hasattr(dataset.features, "iloc"):
            raise DataError(f"{_WHERE}: only a table has columns; found {type(dataset.features).__name__}.")
        names = chosen_columns(dataset.features, list(self.to), _WHERE)
        writing = Writing(self.decimal, self.thousands, self.date_format)
        frame, masks = dataset.features.copy(), {}
        for name in names:
            frame[name], masks[name] = casted(dataset.features[name], self.to[str(name)], writing)
        return self._settled(dataset, frame, masks)

    def _settled(self, dataset: Dataset, frame: Any, masks: dict[Any, Any]) -> Dataset:
        for name, mask in masks.items():
            what = self.to[str(name)]
            if self.on_error == "error":
                remedy = "Repair them, choose another type, or set on_error: missing or drop."
                refuse(dataset, {name: mask}, f"cleaner 'cast': no {what}", remedy)
        cast = dataset.with_features(frame)
        if self.on_error == "missing":
            return cast.noting(*gap_notes(masks))
        return drop_rows(cast, masks, "another type") if self.on_error == "drop" else cast
