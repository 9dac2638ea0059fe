"""A transform that takes its time, so that its result is worth keeping."""

from __future__ import annotations

import time
from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin


class Patient(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Return what it is given. seconds: how long it learns to do so."""

    def __init__(self, seconds: float = 0.3) -> None:
        self.seconds = seconds

    def fit(self, features: Any, target: Any = None) -> Patient:
        """Learn nothing."""
        time.sleep(self.seconds)
        return self

    def transform(self, features: Any) -> Any:
        """Return the same."""
        return features
