"""Keep, or drop, the rows of which an expression is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from runner.columns import chosen_columns
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.query_expression import Expression, read_expression

_WHERE = "expression of cleaner 'query'"


@dataclass(frozen=True, kw_only=True)
class Query:
    """Keep the rows of a table of which `expression` is true, or drop them.

    expression: over the columns, such as `age >= 18 and job in ["nurse", "cook"]`; `query_expression` says all that
    is allowed. A column whose name is no word stands in backticks. A missing value equals nothing and is in no order.
    Raises ConfigError for what is not allowed, DataError for unknown columns and values that cannot be compared.
    """

    expression: str
    action: Literal["keep", "drop"] = "keep"

    row_by_row: ClassVar[bool] = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows that are kept, in the same order."""
        expression = read_expression(self.expression, _WHERE)
        met = _met(expression, dataset.features)
        return dataset.drop(~met if self.action == "keep" else met, f"query: {self.expression}")


def _met(expression: Expression, frame: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not hasattr(frame, "iloc"):
        raise DataError(f"{_WHERE}: only a table has columns; found {type(frame).__name__}.")
    names = list(dict.fromkeys(expression.names.values()))
    chosen_columns(frame, names, _WHERE)  # refuses names that are no columns
    columns = {str(name): frame[name] for name in frame.columns if str(name) in names}
    try:
        said = expression.value(columns)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        found = ", ".join(f"{name!r} ({column.dtype})" for name, column in columns.items())
        raise DataError(f"{_WHERE}: {expression.text!r} does not suit {found or 'a table'}: {error}.") from None
    if getattr(getattr(said, "dtype", None), "kind", "") != "b" or not columns:
        raise ConfigError(f"{_WHERE}: {expression.text!r} does not say yes or no of each row.")
    return np.asarray(said.fillna(False), dtype=bool)
