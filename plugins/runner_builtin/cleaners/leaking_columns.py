"""Find columns that know the answer, and columns that only number the rows."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns
from runner_builtin.cleaners.column_cleaners import without_columns
from runner_builtin.feature_columns import chosen_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of cleaner 'drop_leaking_columns'"
#: Few rows are all different by chance.
_FEWEST_IDS = 20


class DropLeakingColumns:
    """Leave out columns that give the target away, and report, or leave out, those that identify rows.

    A column leaks if it has one value for each value of the target and the other way round (with two rows per value
    at least, on average), or is a straight line of a target of numbers. It identifies rows if all its values are
    different whole numbers, or different texts without spaces, in 20 rows or more. leaks, ids: what to do about them.
    columns: of a table to look at, None for all. Learned on the training rows. Raises DataError.
    """

    learns = True
    keeps_rows = True

    dropped_: list[str]
    notes_: list[str]

    def __init__(
        self,
        *,
        leaks: Literal["drop", "report"] = "drop",
        ids: Literal["drop", "report", "keep"] = "report",
        columns: Columns | None = None,
    ) -> None:
        self.leaks = leaks
        self.ids = ids
        self.columns = columns

    def fit(self, dataset: Dataset) -> DropLeakingColumns:
        """Return a copy that knows these columns."""
        frame, target = dataset.features, dataset.target
        if not hasattr(frame, "iloc") or target is None:
            found = "no target" if hasattr(frame, "iloc") else type(frame).__name__
            raise DataError(f"{_WHERE}: a table and its target are compared; found {found}. Leave the cleaner out.")
        names = chosen_columns(frame, self.columns, _WHERE)
        leaks = [name for name in names if gives_away(frame[name], target)]
        ids = [name for name in names if name not in leaks and self.ids != "keep" and identifies(frame[name])]
        fitted = copy(self)
        fitted.dropped_ = [*(leaks if self.leaks == "drop" else []), *(ids if self.ids == "drop" else [])]
        fitted.notes_ = [
            *_told("columns that give the target away", leaks),
            *_told("columns that only number the rows", ids),
        ]
        return fitted

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows without the columns to be left out."""
        return without_columns(dataset.noting(*self.notes_), self.dropped_, "drop_leaking_columns")


def gives_away(column: Any, target: NDArray[Any]) -> bool:
    """Say whether a column tells the target without error. target: (n_rows,)."""
    from pandas import factorize  # a frame came in, so pandas is loaded

    known = column.notna().to_numpy()
    if known.sum() < 2 or len(np.unique(target)) < 2:
        return False
    if column.dtype.kind in "iuf" and target.dtype.kind in "iuf":
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        if known.all() and _is_line(numbers, target.astype(float)):
            return True
    codes, answers = factorize(column)[0], np.unique(target, return_inverse=True)[1]
    n_values, n_answers = codes.max() + 2 - known.all(), answers.max() + 1  # what is missing is a value as well
    pairs = len({*zip(codes.tolist(), answers.tolist(), strict=True)})
    return bool(n_values == n_answers == pairs and len(target) >= 2 * n_answers)


def identifies(column: Any) -> bool:
    """Say whether a column has another number or word in every row."""
    if len(column) < _FEWEST_IDS or column.isna().any() or not column.is_unique:
        return False
    if column.dtype.kind in "iu":
        return True
    values = column.tolist()
    return column.dtype.kind in "OUT" and all(
        isinstance(one, str) and not any(map(str.isspace, one)) for one in values
    )


def _is_line(numbers: NDArray[np.float64], target: NDArray[np.float64]) -> bool:
    """Compare the target with its least-squares line through the numbers; rounding is allowed for."""
    if len(target) < 3 or not np.isfinite(numbers).all() or np.ptp(numbers) == 0 or len(np.unique(target)) < 3:
        return False
    centred, answers = numbers - numbers.mean(), target - target.mean()
    slope = centred @ answers / (centred @ centred)
    return bool(np.abs(answers - slope * centred).max() <= 1e-9 * np.abs(answers).max())


def _told(what: str, names: list[Any]) -> list[str]:
    listed = ", ".join(repr(str(name)) for name in names[:20])
    return [f"{what}: {listed}"] if names else []
