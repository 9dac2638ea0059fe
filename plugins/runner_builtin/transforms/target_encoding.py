"""Categories as numbers: by the target's mean among their rows."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from runner.data import take_rows
from runner.errors import DataError
from runner.options import NonNegative, Several
from runner_builtin.transforms.category_columns import with_nan


class TargetEncoding(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give each category the target's mean among its rows, drawn towards the mean of all (Micci-Barreca, 2001).

    Training rows are encoded by what other rows tell: they are parted into `cv` folds, and each is encoded by the
    rest. New rows are encoded by all training rows, a category never met by the mean of all; a missing one is a
    category. For several classes there is a column for each. target_type: "auto" takes texts and whole numbers
    for classes; say "continuous" where whole numbers are values. smooth: how many rows the mean of all weighs; "auto"
    estimates it. Raises DataError for a class with fewer rows than folds.
    """

    encoder_: TargetEncoder

    def __init__(
        self,
        *,
        target_type: Literal["auto", "continuous", "binary", "multiclass"] = "auto",
        smooth: Literal["auto"] | NonNegative = "auto",
        cv: Several = 5,
        random_state: int | None = None,
    ) -> None:
        self.target_type = target_type
        self.smooth = smooth
        self.cv = cv
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the means. X: categories (n_rows, n_columns). y: (n_rows,)."""
        self.encoder_ = self._encoder(y).fit(with_nan(X), y)
        return self

    def fit_transform(self, X: Any, y: Any) -> Any:
        """Learn the means, and return training rows encoded by the means of other rows."""
        self.fit(X, y)
        rows = with_nan(X)
        target, kind = np.asarray(y), self.encoder_.target_type_
        _check_rows(target, self.cv, kind)
        splitter = KFold if kind == "continuous" else StratifiedKFold
        folds = splitter(self.cv, shuffle=True, random_state=self.random_state).split(np.zeros(len(target)), target)
        places, encoded = [], []
        for others, own in folds:
            encoder = self._encoder(y).fit(take_rows(rows, others), target[others])
            places.append(own)
            encoded.append(encoder.transform(take_rows(rows, own)))
        return np.concatenate(encoded)[np.argsort(np.concatenate(places))]

    def transform(self, X: Any) -> Any:
        """Return rows encoded by the means of all training rows."""
        check_is_fitted(self)
        return self.encoder_.transform(with_nan(X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Name the columns as they came, followed by the class where there are several."""
        check_is_fitted(self)
        return np.asarray(self.encoder_.get_feature_names_out(input_features))

    def _encoder(self, y: Any) -> TargetEncoder:
        kind = type_of_target(y) if self.target_type == "auto" else self.target_type
        return TargetEncoder(target_type=kind, smooth=self.smooth)


def _check_rows(y: NDArray[Any], folds: int, kind: str) -> None:
    rows = {"all rows": len(y)}
    if kind != "continuous":
        labels, counts = np.unique(y, return_counts=True)
        rows = {f"class {label!r}": int(count) for label, count in zip(labels.tolist(), counts, strict=True)}
    fewest = min(rows, key=lambda name: rows[name])
    if rows[fewest] < folds:
        raise DataError(
            f"transform 'target_encoding': {fewest} has {rows[fewest]} training rows, fewer than its {folds} folds. "
            f"{f'Set cv to {rows[fewest]} or less' if rows[fewest] > 1 else 'Leave it out'}, or use 'frequency'."
        )
