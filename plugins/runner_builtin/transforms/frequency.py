"""Categories as numbers: by how common they are."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils.validation import check_is_fitted

from runner_builtin.transforms.category_columns import with_nan

_MISSING = -2


class Frequency(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give each category its share of the training rows, from 0 to 1; one never met has 0.

    Missing values are a category of their own. Takes (n_rows, n_columns) and gives as many columns of floats.
    """

    encoder_: OrdinalEncoder
    shares_: list[NDArray[np.float64]]  # per column and number of the category; the last is that of missing ones

    def __init__(self) -> None: ...

    def fit(self, X: Any, y: Any = None) -> Self:
        """Count each column's categories."""
        del y
        self.encoder_ = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=_MISSING, dtype=np.int64
        )
        codes = self.encoder_.fit_transform(with_nan(X))
        self.n_features_in_ = codes.shape[1]
        if hasattr(self.encoder_, "feature_names_in_"):
            self.feature_names_in_ = self.encoder_.feature_names_in_
        self.shares_ = [
            _shares(column, len(known)) for column, known in zip(codes.T, self.encoder_.categories_, strict=True)
        ]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the shares, (n_rows, n_columns)."""
        check_is_fitted(self)
        codes = self.encoder_.transform(with_nan(X))
        columns = [
            np.where(column == -1, 0.0, shares[np.where(column == _MISSING, -1, column)])
            for column, shares in zip(codes.T, self.shares_, strict=True)
        ]
        return np.column_stack(columns)


def _shares(codes: NDArray[np.int64], n_categories: int) -> NDArray[np.float64]:
    places = np.where(codes == _MISSING, n_categories, codes)
    return np.bincount(places, minlength=n_categories + 1) / len(codes)
