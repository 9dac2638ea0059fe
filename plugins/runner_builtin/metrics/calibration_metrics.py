"""Whether predicted probabilities happen as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runner.data import Prediction
from runner.options import Count
from runner_builtin.metrics.metrics_of_resamples import grouped
from runner_builtin.metrics.probability_metrics import probabilities_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class ExpectedCalibrationError:
    """Mean distance, over bins of rows of similar probability, between how likely and how often.

    Of two classes the probability of the second is compared with its share (Naeini et al., 2015); of more, the
    probability of the likeliest class with the share of rows that are of it (Guo et al., 2017). strategy:
    "equal_width" parts the probabilities from 0 to 1, "equal_mass" parts the rows, those of one probability staying
    together. A bin holds its upper end and not its lower one.
    """

    bins: Count = 15
    strategy: Literal["equal_width", "equal_mass"] = "equal_width"

    direction = "minimize"
    needs = "probabilities"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the distance, from 0 to 1, 0 at best."""
        sure, right = sureness(truth, prediction, "expected_calibration_error")
        gaps = np.bincount(self._bins(sure), weights=right - sure, minlength=self.bins)
        return float(np.abs(gaps).sum() / len(sure))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows).

        Bins of equal mass are other bins in each resample, so these are scored one by one.
        """
        if self.strategy == "equal_mass":
            return NotImplemented
        sure, right = sureness(truth, prediction, "expected_calibration_error")
        _, gaps = grouped(self._bins(sure), counts * (right - sure))
        return np.asarray(np.abs(gaps).sum(axis=1) / counts.sum(axis=1))

    def _bins(self, sure: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the bin of each row."""
        inner = np.linspace(0.0, 1.0, self.bins + 1)[1:-1]
        edges = inner if self.strategy == "equal_width" else np.quantile(sure, inner)
        return np.asarray(np.searchsorted(edges, sure))


def sureness(
    truth: NDArray[Any], prediction: Prediction, metric: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability that is compared, and 1.0 where what it is of came true; both (n_rows,)."""
    classes, probabilities = probabilities_of(truth, prediction, metric)
    if len(classes) == 2:
        return probabilities[:, 1].astype(np.float64), (truth == classes[1]).astype(np.float64)
    likeliest = np.argmax(probabilities, axis=1)
    sure = probabilities[np.arange(len(truth)), likeliest].astype(np.float64)
    return sure, (truth == classes[likeliest]).astype(np.float64)
