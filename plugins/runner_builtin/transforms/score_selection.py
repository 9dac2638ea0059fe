"""Columns chosen one by one, by how much each alone tells of the target."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, Self

import numpy as np
from annotated_types import Gt, Le
from sklearn.feature_selection import (
    SelectKBest,
    SelectPercentile,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)
from sklearn.utils.multiclass import type_of_target

from runner.errors import DataError
from runner.options import Count

Percentile = Annotated[float, Gt(0), Le(100)]
Score = Literal["chi2", "f_classif", "f_regression", "mutual_info_classif", "mutual_info_regression"]

_SCORES: dict[str, Callable[..., Any]] = {
    "chi2": chi2,
    "f_classif": f_classif,
    "f_regression": f_regression,
    "mutual_info_classif": mutual_info_classif,
    "mutual_info_regression": mutual_info_regression,
}


class KBest(SelectKBest):  # type: ignore[misc]
    """Keep the `k` columns with the highest scores, in their order; (n_rows, n_columns) dense or CSR.

    score: "chi2" for counts and "f_classif" for numbers, with a target of classes; "f_regression" with one of values;
    mutual information with either, which finds more than lines, draws a little noise and is slow (Kraskov et al.,
    2004). Raises DataError for more columns than there are, and for a score that does not fit the target.
    """

    def __init__(self, *, score: Score = "f_classif", k: Count = 10, random_state: int | None = None) -> None:
        self.score = score
        self.k = k
        self.random_state = random_state

    @property
    def score_func(self) -> Callable[..., Any]:
        """The function that scores columns."""
        return _function(self.score, self.random_state)

    def fit(self, X: Any, y: Any) -> Self:
        """Score the columns. X: (n_rows, n_columns). y: (n_rows,)."""
        _check_target("select_k_best", self.score, y)
        n_columns = X.shape[1]
        if self.k > n_columns:
            raise DataError(
                f"transform 'select_k_best': k is {self.k}, but there are {n_columns} columns; valid is 1 to "
                f"{n_columns}."
            )
        return _fitted("select_k_best", super().fit, X, y)  # type: ignore[no-any-return]


class BestShare(SelectPercentile):  # type: ignore[misc]
    """Keep the share of columns with the highest scores, in their order; (n_rows, n_columns) dense or CSR.

    percentile: of the columns. score: as for 'select_k_best'. Raises DataError where no column is left, and for a
    score that does not fit the target.
    """

    def __init__(
        self, *, score: Score = "f_classif", percentile: Percentile = 10.0, random_state: int | None = None
    ) -> None:
        self.score = score
        self.percentile = percentile
        self.random_state = random_state

    @property
    def score_func(self) -> Callable[..., Any]:
        """The function that scores columns."""
        return _function(self.score, self.random_state)

    def fit(self, X: Any, y: Any) -> Self:
        """Score the columns. X: (n_rows, n_columns). y: (n_rows,)."""
        _check_target("select_percentile", self.score, y)
        _fitted("select_percentile", super().fit, X, y)
        if not self.get_support().any():
            raise DataError(
                f"transform 'select_percentile': {self.percentile!r} % of {X.shape[1]} columns with equal scores are "
                f"none; a higher percentile keeps some."
            )
        return self


def _function(score: str, random_state: int | None) -> Callable[..., Any]:
    function = _SCORES[score]
    return partial(function, random_state=random_state) if score.startswith("mutual_info") else function


def _check_target(transform: str, score: str, y: Any) -> None:
    """Refuse a score of classes for values, and one of values for texts. Raises DataError."""
    of_values = score.endswith("regression")
    holds = type_of_target(y)
    if of_values == (holds == "continuous") or (of_values and np.asarray(y).dtype.kind in "iuf"):
        return
    fitting = [other for other in _SCORES if other.endswith("regression") != of_values]
    due, found = ("values", "classes") if of_values else ("classes", "values")
    raise DataError(
        f"transform {transform!r}: score {score!r} is for a target of {due}, found {found}. Use one of {fitting}."
    )


def _fitted(transform: str, fit: Callable[..., Any], X: Any, y: Any) -> Any:
    try:
        return fit(X, y)
    except ValueError as error:
        if "non-negative" not in str(error):  # scikit-learn's word for what chi2 cannot take
            raise
        raise DataError(
            f"transform {transform!r}: score 'chi2' takes counts and other numbers from 0 on, found negative ones. "
            f"Use 'f_classif'."
        ) from error
