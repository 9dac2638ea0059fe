"""Scores of regressions, equal to scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class R2:
    """Share of the target's variance that is explained; 0 is predicting the mean, below 0 is worse."""

    direction = "maximize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, 1 at best. Raises DataError for less than two rows."""
        if len(truth) < 2:
            raise DataError(
                f"metric 'r2' needs two test rows, found {len(truth)}; use fewer folds or a larger test_size."
            )
        return float(metrics.r2_score(truth, prediction.labels))


@dataclass(frozen=True, kw_only=True)
class RMSE:
    """Square root of the mean squared error, in the units of the target."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return float(metrics.root_mean_squared_error(truth, prediction.labels))


@dataclass(frozen=True, kw_only=True)
class MAE:
    """Mean absolute error, in the units of the target."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return float(metrics.mean_absolute_error(truth, prediction.labels))
