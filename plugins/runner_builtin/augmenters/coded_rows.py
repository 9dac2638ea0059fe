"""Features as one matrix of numbers, and rows of such a matrix as features again.

What makes rows between others works on a matrix. The two forms here go there and back: numbers as they are, and a
table in which categories are replaced by codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import DataError
from runner_builtin.feature_columns import number_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class NumberRows:
    """Features that are all numbers: a table, or an array (n_rows, ...).

    rows: (n_rows, n_values), NaN where a number is missing. is_code: (n_values,), nowhere true.
    """

    features: Any
    rows: NDArray[np.float64]
    is_code: NDArray[np.bool_]

    @classmethod
    def of(cls, features: Any, step: str) -> NumberRows:
        """Take features as numbers. step: how messages call the asker. Raises DataError for what is none."""
        if hasattr(features, "iloc"):
            others = [f"{name!r} ({dtype})" for name, dtype in features.dtypes.items() if dtype.kind not in "iuf"]
            if others:
                shown = ", ".join(others[:10])
                raise DataError(f"{step} makes rows between numbers; not a column of numbers: {shown}.")
        rows = number_rows(features, None, step)
        return cls(features, rows, np.zeros(rows.shape[1], dtype=bool))

    def decoded(self, rows: NDArray[np.float64]) -> Any:
        """Return rows in the form of the features; floats keep their width, whole numbers become fractions."""
        if hasattr(self.features, "iloc"):
            table = type(self.features)(rows, columns=self.features.columns)
            return table.astype({name: _float_type(dtype) for name, dtype in self.features.dtypes.items()})
        return rows.reshape(len(rows), *self.features.shape[1:]).astype(_float_type(self.features.dtype))


@dataclass(frozen=True)
class CodedTable:
    """A table whose columns that are no numbers are taken for categories.

    rows: (n_rows, n_columns), NaN where a number is missing. is_code: (n_columns,), which columns hold codes, from 0;
    a missing category has a code of its own. examples: per column, the first row of the table with each code.
    """

    features: Any
    rows: NDArray[np.float64]
    is_code: NDArray[np.bool_]
    examples: tuple[NDArray[np.intp], ...]

    @classmethod
    def of(cls, features: Any, step: str) -> CodedTable:
        """Give codes to the categories. step: how messages call the asker. Raises DataError for what is no table."""
        if not hasattr(features, "iloc"):
            raise DataError(f"{step} takes categories from the columns of a table, found {type(features).__name__}.")
        columns = [features.iloc[:, place] for place in range(features.shape[1])]
        is_code = np.array([column.dtype.kind not in "iuf" for column in columns], dtype=bool)
        values = [
            _codes(column) if coded else _numbers(column) for column, coded in zip(columns, is_code, strict=True)
        ]
        examples = tuple(
            np.unique(numbers, return_index=True)[1] if coded else np.zeros(0, dtype=np.intp)
            for numbers, coded in zip(values, is_code, strict=True)
        )
        return cls(features, np.column_stack(values), is_code, examples)

    def decoded(self, rows: NDArray[np.float64]) -> Any:
        """Return rows as a table with the same columns; floats keep their width, whole numbers become fractions."""
        table = self.features.iloc[np.zeros(len(rows), dtype=np.intp)].reset_index(drop=True)
        for place, firsts in enumerate(self.examples):
            column = self.features.iloc[:, place]
            if self.is_code[place]:
                taken = column.iloc[firsts[rows[:, place].astype(np.intp)]]
                table.isetitem(place, taken.reset_index(drop=True))
            else:
                table.isetitem(place, rows[:, place].astype(_float_type(column.dtype)))
        return table


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def _codes(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.factorize(use_na_sentinel=False)[0], dtype=float)


def _float_type(dtype: Any) -> Any:
    return dtype if isinstance(dtype, np.dtype) and dtype.kind == "f" else np.dtype(np.float64)
