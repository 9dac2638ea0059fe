"""Scores of regressions by their absolute errors, equal to scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner.options import UnitInterval
from runner_builtin.metrics.metrics_of_resamples import means, medians
from runner_builtin.metrics.regression_metrics import errors, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class MAE:
    """Mean absolute error, in the units of the target."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return scored("mae", metrics.mean_absolute_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return means(np.abs(errors(truth, prediction)), counts)


@dataclass(frozen=True, kw_only=True)
class MAPE:
    """Mean absolute error as a share of the true value: 0.1 is ten percent.

    Raises DataError where a true value is 0: of nothing there are no percent, and scikit-learn's score of such rows
    is an arbitrary large number.
    """

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, 0 at best."""
        nothing = int(np.count_nonzero(np.asarray(truth) == 0))
        if nothing:
            raise DataError(
                f"metric 'mape' divides by the true value, which is 0 in {nothing} of {len(truth)} test rows. "
                f"Use 'mae' or 'median_absolute_error'."
            )
        return scored("mape", metrics.mean_absolute_percentage_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        least = np.finfo(np.float64).eps  # as in scikit-learn
        return means(np.abs(errors(truth, prediction)) / np.maximum(np.abs(truth), least), counts)


@dataclass(frozen=True, kw_only=True)
class MedianAbsoluteError:
    """Median of the absolute errors, in the units of the target; a few wild rows do not move it."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return scored("median_absolute_error", metrics.median_absolute_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return medians(np.abs(errors(truth, prediction)), counts)


@dataclass(frozen=True, kw_only=True)
class MaxError:
    """Largest absolute error, in the units of the target."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return scored("max_error", metrics.max_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return NaN: resampling says nothing of a maximum, which no resample exceeds (Bickel and Freedman, 1981)."""
        return np.full(len(counts), np.nan)


@dataclass(frozen=True, kw_only=True)
class Pinball:
    """Mean loss of predicting the quantile `alpha` (Koenker and Bassett, 1978), in the units of the target.

    alpha: the share of rows that should lie below the prediction; at 0.5 it is half the mean absolute error.
    """

    alpha: UnitInterval = 0.5

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the loss, 0 at best."""
        return scored("pinball", metrics.mean_pinball_loss, truth, prediction, alpha=self.alpha)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        missed = errors(truth, prediction)
        return means(np.maximum(self.alpha * missed, (self.alpha - 1) * missed), counts)
