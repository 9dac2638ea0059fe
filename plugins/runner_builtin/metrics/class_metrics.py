"""Precision, recall and what is made of both, of one class or over all, equal to scikit-learn's.

All are F-scores (van Rijsbergen, 1979): recall counts `beta²` times as much as precision; precision itself is
beta = 0 and recall its limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn import metrics

from runner.data import Prediction
from runner.options import Positive
from runner_builtin.metrics.metrics_of_each_class import resampled_classes, scored_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Average = Literal["auto", "binary", "macro", "micro", "weighted"]
Label = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Share of rows predicted as a class that are of it; 0 where none is predicted.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"); None describes every class, in the model's order. positive: None means the second of two classes, in
    sorted order.
    """

    average: Average | None = "auto"
    positive: Label | None = None

    needs = "labels"
    task = "classification"

    @property
    def direction(self) -> Literal["maximize"] | None:
        """More is better; a list of classes only describes."""
        return None if self.average is None else "maximize"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return the share, from 0 to 1."""
        return scored_classes("precision", metrics.precision_score, truth, prediction, self.average, self.positive)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return resampled_classes((0.0, 1.0), truth, prediction, counts, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class Recall:
    """Share of a class's rows that are predicted as it; 0 where it has none.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"); None describes every class, in the model's order. positive: None means the second of two classes, in
    sorted order.
    """

    average: Average | None = "auto"
    positive: Label | None = None

    needs = "labels"
    task = "classification"

    @property
    def direction(self) -> Literal["maximize"] | None:
        """More is better; a list of classes only describes."""
        return None if self.average is None else "maximize"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return the share, from 0 to 1."""
        return scored_classes("recall", metrics.recall_score, truth, prediction, self.average, self.positive)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return resampled_classes((1.0, 0.0), truth, prediction, counts, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class F1:
    """Harmonic mean of precision and recall; 0 where both are 0.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"); None describes every class, in the model's order. positive: None means the second of two classes, in
    sorted order.
    """

    average: Average | None = "auto"
    positive: Label | None = None

    needs = "labels"
    task = "classification"

    @property
    def direction(self) -> Literal["maximize"] | None:
        """More is better; a list of classes only describes."""
        return None if self.average is None else "maximize"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return the mean, from 0 to 1."""
        return scored_classes("f1", metrics.f1_score, truth, prediction, self.average, self.positive)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return resampled_classes((1.0, 1.0), truth, prediction, counts, self.average, self.positive)


@dataclass(frozen=True, kw_only=True)
class FBeta:
    """Harmonic mean of precision and recall, recall counting `beta²` times as much; 0 where both are 0.

    average: "auto" means the class `positive` where there are two classes, else the mean over classes
    ("macro"); None describes every class, in the model's order. positive: None means the second of two classes, in
    sorted order.
    """

    beta: Positive = 2.0
    average: Average | None = "auto"
    positive: Label | None = None

    needs = "labels"
    task = "classification"

    @property
    def direction(self) -> Literal["maximize"] | None:
        """More is better; a list of classes only describes."""
        return None if self.average is None else "maximize"

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return the mean, from 0 to 1."""

        def fbeta(*arguments: Any, **options: Any) -> Any:
            return metrics.fbeta_score(*arguments, beta=self.beta, **options)

        return scored_classes("fbeta", fbeta, truth, prediction, self.average, self.positive)

    def resampled(
        self, truth: NDArray[Any], prediction: Prediction, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the score of each resample. counts: (n_resamples, n_rows)."""
        return resampled_classes((self.beta**2, 1.0), truth, prediction, counts, self.average, self.positive)
