"""More training rows that lie between those there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Positive
from runner_builtin.feature_columns import dense_rows, number_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of augmenter 'mixup'"


@dataclass(frozen=True, kw_only=True)
class Mixup:
    """Add a row for each row: a weighted mean of it and another one, drawn at random (Zhang et al., 2018).

    alpha: the weight is drawn from Beta(alpha, alpha); a small alpha gives rows close to one of the two. target:
    "mix" takes the weighted mean of values, too; "larger_part" takes the label of the row that weighs more, for
    models here learn from hard labels; "auto" mixes fractions and takes the larger part of everything else, whole
    numbers included. columns: of a table, None for all columns of numbers; the other columns are those of the larger
    part. Missing values stay missing in the mean. Raises DataError where there are no numbers.
    """

    alpha: Positive = 0.2
    target: Literal["auto", "mix", "larger_part"] = "auto"
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by as many mixed ones."""
        partners = rng.permutation(dataset.n_rows)
        weight = rng.beta(self.alpha, self.alpha, size=dataset.n_rows)
        # the row that weighs more comes first, so that `larger` is a whole row of its own
        first = np.where(weight >= 0.5, np.arange(dataset.n_rows), partners)
        second = np.where(weight >= 0.5, partners, np.arange(dataset.n_rows))
        weight = np.maximum(weight, 1 - weight)
        larger, smaller = dataset.take(first), dataset.take(second)
        made = larger.with_features(self._features(larger.features, smaller.features, weight))
        return dataset.joined(self._with_target(made, smaller, weight))

    def _features(self, larger: Any, smaller: Any, weight: NDArray[np.float64]) -> Any:
        if not hasattr(larger, "iloc"):
            if dense_rows(larger, self.columns, _WHERE).dtype.kind not in "iuf":
                raise DataError(f"augmenter 'mixup' works on numbers; found an array of {larger.dtype}.")
            return _mean(larger, smaller, weight)
        names = self._names(larger)
        mixed = larger.copy()
        for name in names:
            one, other = (frame[name].to_numpy(dtype=float, na_value=np.nan) for frame in (larger, smaller))
            mixed[name] = _mean(one, other, weight)
        return mixed

    def _names(self, frame: Any) -> list[Any]:
        names = number_columns(frame, self.columns, _WHERE)
        if not names:
            found = ", ".join(f"{name!r} ({dtype})" for name, dtype in frame.dtypes.items())
            raise DataError(f"{_WHERE}: the table holds no numbers. The columns are: {found}.")
        return names

    def _with_target(self, made: Dataset, smaller: Dataset, weight: NDArray[np.float64]) -> Dataset:
        target, other = made.target, smaller.target
        if target is None or other is None or not self._mixes(target):
            return made
        return replace(made, target=_mean(target, other, weight))

    def _mixes(self, target: NDArray[Any]) -> bool:
        if self.target == "mix" and target.dtype.kind not in "iuf":
            raise DataError(f"augmenter 'mixup': target 'mix' needs a target of numbers, found {target.dtype}.")
        fractions = target.dtype.kind == "f" and bool((target != np.round(target)).any())
        return self.target == "mix" or (self.target == "auto" and fractions)


def _mean(larger: NDArray[Any], smaller: NDArray[Any], weight: NDArray[np.float64]) -> NDArray[Any]:
    """Return the weighted mean of rows; float32 stays, whole numbers become fractions."""
    kind = larger.dtype if larger.dtype.kind == "f" else np.dtype(np.float64)
    share = weight.astype(kind).reshape(-1, *[1] * (larger.ndim - 1))
    return np.asarray(share * larger + (1 - share) * smaller)
