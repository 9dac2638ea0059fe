"""Whether the true class is among the likeliest, equal to scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.data import Prediction
from runner.errors import ConfigError
from runner.options import Several
from runner_builtin.metrics.metrics_checks import check_numbers, known_classes
from runner_builtin.metrics.metrics_of_resamples import means, positions
from runner_builtin.metrics.ranking_metrics import scores_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class TopK:
    """Share of rows whose class is among the `k` likeliest, by probabilities or else scores.

    Of classes scored the same the later one counts as likelier, as in scikit-learn. Raises ConfigError where there
    are no more than k classes, so that every row would count.
    """

    k: Several = 5

    direction = "maximize"
    needs = "scores"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float:
        """Return the share, from 0 to 1."""
        return float(np.average(self._hits(truth, prediction)))

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return means(self._hits(truth, prediction), counts)

    def _hits(self, truth: NDArray[Any], prediction: Prediction) -> NDArray[np.bool_]:
        check_numbers("top_k", truth=truth)
        classes = known_classes(truth, prediction, "top_k")
        if self.k >= len(classes):
            raise ConfigError(
                f"metric 'top_k': the {self.k} likeliest of {len(classes)} classes are all of them: every row would "
                f"count. Set 'k' to less than {len(classes)}, or use 'accuracy' for two classes."
            )
        scores = scores_of(prediction, len(classes))
        check_numbers("top_k", scores=scores)
        likeliest = np.argsort(scores, axis=1, kind="stable")[:, ::-1][:, : self.k]
        return np.asarray((positions(truth, classes)[:, None] == likeliest).any(axis=1))
