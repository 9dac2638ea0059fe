"""More training rows from those there are, with random noise on their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Dataset
from runner.errors import DataError
from runner.options import Columns, Positive
from runner_builtin.feature_columns import dense_rows, number_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "columns of augmenter 'gaussian_noise'"


@dataclass(frozen=True, kw_only=True)
class GaussianNoise:
    """Add normally distributed noise of standard deviation `std`, in the units of the features.

    columns: of a table, None for all columns, which must then be numbers.
    Missing values stay missing. Raises DataError.
    """

    std: Positive = 0.1
    columns: Columns | None = None

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, followed by a noisy one of each."""
        features = dataset.features
        if hasattr(features, "iloc"):
            return dataset.joined(dataset.with_features(self._noisy_frame(features, rng)))
        rows = dense_rows(features, self.columns, _WHERE)
        if rows.dtype.kind not in "iuf":
            raise DataError(f"augmenter 'gaussian_noise' works on numbers; found an array of {rows.dtype}.")
        return dataset.joined(dataset.with_features(self._noisy(features, rng)))

    def _noisy_frame(self, frame: Any, rng: np.random.Generator) -> Any:
        names = number_columns(frame, list(frame.columns) if self.columns is None else self.columns, _WHERE)
        noisy = frame.copy()
        for name in names:
            noisy[name] = self._noisy(frame[name].to_numpy(dtype=float, na_value=np.nan), rng)
        return noisy

    def _noisy(self, values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        noise = rng.normal(0.0, self.std, size=values.shape)
        return np.asarray(values + (noise.astype(values.dtype) if values.dtype.kind == "f" else noise))
