"""Columns chosen together: by whether they vary, and by whether a sparse model wants them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin, VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from runner.errors import DataError
from runner.options import Count, NonNegative, Positive

_PENALTY_IS_A_RATIO = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 8)
_NEXT_TO_NOTHING = 1e-5


class Varying(VarianceThreshold):  # type: ignore[misc]
    """Keep the columns whose variance is above `threshold`; with 0, those that are not constant. Dense or CSR.

    Raises DataError where no column is left.
    """

    def __init__(self, *, threshold: NonNegative = 0.0) -> None:
        super().__init__(threshold=threshold)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the variances. X: (n_rows, n_columns)."""
        try:
            return super().fit(X, y)  # type: ignore[no-any-return]
        except ValueError as error:
            if "variance threshold" not in str(error):
                raise
            raise DataError(
                f"transform 'variance_threshold': none of {X.shape[1]} columns has a variance above "
                f"{self.threshold!r} in {X.shape[0]} training rows. Lower the threshold, or look at the data."
            ) from error


class SparseChoice(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Keep the columns that a logistic regression with an L1 penalty gives a weight (Tibshirani, 1996).

    For several classes there is a model for each against the rest, and a column counts by its largest weight. C: a
    smaller one keeps fewer columns. max_features: the most to keep, those of the largest weights. Columns should be
    of one scale. Dense or CSR. Raises DataError where no column is left, and for a target of values or of one class.
    """

    weights_: NDArray[np.float64]  # (n_columns,), the largest absolute weight over the classes

    def __init__(
        self, *, C: Positive = 1.0, max_features: Count | None = None, random_state: int | None = None
    ) -> None:
        self.C = C
        self.max_features = max_features
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the weights. X: (n_rows, n_columns). y: (n_rows,) classes."""
        _check_classes(y)
        rows, labels = validate_data(self, X, y, accept_sparse="csr")
        penalty = {"l1_ratio": 1.0} if _PENALTY_IS_A_RATIO else {"penalty": "l1"}
        model = LogisticRegression(solver="liblinear", C=self.C, random_state=self.random_state, **penalty)
        members = OneVsRestClassifier(model).fit(rows, labels).estimators_
        self.weights_ = np.abs([member.coef_[0] for member in members]).max(axis=0)
        if not self._get_support_mask().any():
            raise DataError(
                f"transform 'select_from_model': with C {self.C!r} none of {len(self.weights_)} columns has a "
                f"weight. A larger C keeps more."
            )
        return self

    def _get_support_mask(self) -> NDArray[np.bool_]:
        """Say which columns are kept; the name is SelectorMixin's."""
        check_is_fitted(self)
        kept = self.weights_ > _NEXT_TO_NOTHING
        if self.max_features is not None:
            strongest = np.argsort(-self.weights_, kind="stable")[: self.max_features]
            kept &= np.isin(np.arange(len(kept)), strongest)
        return np.asarray(kept)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        return tags


def _check_classes(y: Any) -> None:
    if type_of_target(y) == "continuous":
        raise DataError(
            "transform 'select_from_model' tells classes apart, found a target of values. Use 'select_k_best' with "
            "the score 'f_regression'."
        )
    if len(labels := np.unique(y)) < 2:
        raise DataError(f"transform 'select_from_model': all training rows are of class {labels.tolist()[0]!r}.")
