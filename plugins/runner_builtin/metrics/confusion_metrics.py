"""Which class is taken for which, equal to scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sklearn import metrics

from runner.data import Prediction
from runner_builtin.metrics.metrics_checks import check_numbers, known_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class ConfusionMatrix:
    """How many rows of each class (lines) were predicted as each class (columns), in the model's class order.

    normalize: None counts rows; "true" gives shares of the rows of a class, "pred" of the rows predicted as one,
    "all" of all; 0 where there are none to share.
    """

    normalize: Literal["true", "pred", "all"] | None = None

    direction = None
    needs = "labels"
    task = "classification"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> list[Any]:
        """Return n_classes lists of n_classes counts or shares. Raises DataError for a class the model never saw."""
        check_numbers("confusion_matrix", truth=truth, prediction=prediction.labels)
        classes = known_classes(truth, prediction, "confusion_matrix")
        matrix = metrics.confusion_matrix(truth, prediction.labels, labels=classes, normalize=self.normalize)
        counts: list[Any] = matrix.tolist()
        return counts
