"""One model's results while it is trained together with others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDClassifier
from sklearn.utils import compute_class_weight

Array = NDArray[Any]


@dataclass(eq=False)
class Trial:
    """coef: (n_problems, n_columns). epochs: made, (n_problems,). failures: by problem, why it cannot go on."""

    model: SGDClassifier
    class_weights: Array
    coef: Array
    intercept: Array
    epochs: Array
    failures: dict[int, Exception] = field(default_factory=dict)
    dropped: bool = False

    @classmethod
    def of(cls, model: SGDClassifier, classes: Array, y: Array, shape: tuple[int, int], dtype: Any) -> Trial:
        """Return an untrained one. shape: of `coef`."""
        n_problems, _ = shape
        # scikit-learn rounds the intercepts of several classes to the type of X, and leaves a single one
        intercept = np.zeros(n_problems, dtype if n_problems > 1 else np.float64)
        trial = cls(model, np.ones(len(classes)), np.zeros(shape, dtype), intercept, np.zeros(n_problems, int))
        try:
            trial.class_weights = compute_class_weight(model.class_weight, classes=classes, y=y).astype(dtype)
        except ValueError as error:  # it fails as it would alone
            trial.failures[0] = error
        return trial
