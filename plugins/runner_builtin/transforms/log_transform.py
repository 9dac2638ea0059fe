"""Numbers that span orders of magnitude, brought close together."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import validate_data

from runner.errors import DataError


class Log(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Replace each number x by log(1 + x), which leaves 0 at 0; dense or CSR, as it came.

    Missing values stay missing. Raises DataError for negative numbers, with their count in each column.
    """

    def __init__(self) -> None: ...

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn nothing but the columns' names; refuse negative numbers."""
        del y
        self._numbers(X, reset=True)
        return self

    def transform(self, X: Any) -> Any:
        """Return the logarithms, (n_rows, n_columns)."""
        rows = self._numbers(X, reset=False)
        return rows.log1p() if hasattr(rows, "tocsr") else np.log1p(rows)

    def _numbers(self, X: Any, *, reset: bool) -> Any:
        rows = validate_data(
            self, X, reset=reset, accept_sparse="csr", dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
        )
        negative = np.asarray((rows < 0).sum(axis=0)).ravel()
        if negative.any():
            names = getattr(self, "feature_names_in_", range(len(negative)))
            counts = [f"{name!r} ({count})" for name, count in zip(names, negative.tolist(), strict=True) if count]
            raise DataError(
                f"transform 'log' takes no negative numbers; found some in {len(counts)} of {len(negative)} columns: "
                f"{', '.join(counts[:10])}{', …' if len(counts) > 10 else ''}. Use 'power' for these columns."
            )
        return rows
