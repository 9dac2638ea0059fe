"""Scores of regressions by their squared errors, equal to scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.errors import DataError
from runner_builtin.metrics.metrics_checks import check_numbers, finite
from runner_builtin.metrics.metrics_of_resamples import means, ratio

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
        _check_two("r2", truth)
        return scored("r2", metrics.r2_score, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample, NaN where all its rows have one value. counts: (n_resamples, n_rows)."""
        return 1 - ratio(means(errors(truth, prediction) ** 2, counts), _variances(truth, counts))


@dataclass(frozen=True, kw_only=True)
class ExplainedVariance:
    """Share of the target's variance that is explained, an error that is the same for all rows being forgiven."""

    direction = "maximize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, 1 at best. Raises DataError for less than two rows."""
        _check_two("explained_variance", truth)
        return scored("explained_variance", metrics.explained_variance_score, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample, NaN where all its rows have one value. counts: (n_resamples, n_rows)."""
        return 1 - ratio(_variances(errors(truth, prediction), counts), _variances(truth, counts))


@dataclass(frozen=True, kw_only=True)
class MSE:
    """Mean squared error, in the square of the target's units."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return scored("mse", metrics.mean_squared_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return means(errors(truth, prediction) ** 2, counts)


@dataclass(frozen=True, kw_only=True)
class RMSE:
    """Square root of the mean squared error, in the units of the target."""

    direction = "minimize"
    needs = "values"
    task = "regression"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the error, 0 at best."""
        return scored("rmse", metrics.root_mean_squared_error, truth, prediction)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return np.sqrt(means(errors(truth, prediction) ** 2, counts))


def scored(
    name: str, score: Callable[..., Any], truth: NDArray[Any], prediction: Prediction, **options: Any
) -> float:
    """Score values by a function of scikit-learn. Raises DataError where truth, prediction or score is no number."""
    check_numbers(name, truth=truth, prediction=prediction.labels)
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is told by the score
        return finite(name, score(truth, prediction.labels, **options), len(truth))


def errors(truth: NDArray[Any], prediction: Prediction) -> NDArray[np.float64]:
    """Return truth minus prediction, (n_rows,)."""
    return np.asarray(truth, dtype=np.float64) - np.asarray(prediction.labels, dtype=np.float64)


def _check_two(name: str, truth: NDArray[Any]) -> None:
    if len(truth) < 2:
        raise DataError(
            f"metric {name!r} needs two test rows, found {len(truth)}; use fewer folds or a larger test_size."
        )


def _variances(values: NDArray[Any], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variance (ddof = 0) of each resample; centred first, so that large values lose no digits."""
    centred = np.asarray(values, dtype=np.float64) - np.mean(values)
    squares = means(centred**2, counts)
    variances = squares - means(centred, counts) ** 2
    # what is left of equal values after rounding is no variance
    return np.where(variances <= 1e-13 * squares, 0.0, variances)
