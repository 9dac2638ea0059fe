"""Linear models trained by gradients: scores X W + b.

    SoftmaxClassifier(optimizer=Adam(learning_rate=0.01), scheduler=Cosine(), epochs=30).fit(X, y)

Each minimises the mean loss of a training row plus l1 · Σ|w| + l2/2 · Σw² over the weights; the intercept is
free. scikit-learn's C is 1 / (l2 · n_rows), Ridge's alpha l2 · n_rows, Lasso's alpha l1. Fitted: `coef_` and
`intercept_`, and what `gradient_models` tells of every model trained by gradients.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler
from runner.learn import Family, Huber, Linear, Loss, hinge, logistic, perceptron, softmax, squared, squared_hinge
from runner.options import Count, NonNegative, Positive, Share, UnitInterval
from runner_builtin.models.gradient_classifier import GradientClassifier, probabilities
from runner_builtin.models.gradient_models import Params
from runner_builtin.models.gradient_regressor import GradientRegressor
from runner_builtin.models.weighted_median import weighted_median

Array = NDArray[Any]

#: Loss of the linear SVM by the name of its option.
MARGIN_LOSSES: dict[str, Loss] = {"hinge": hinge, "squared_hinge": squared_hinge, "perceptron": perceptron}


class _LinearClassifier(GradientClassifier):
    """coef_: (n_outputs, n_features), intercept_: (n_outputs,)."""

    fit_intercept: bool

    def _loss(self, n_classes: int) -> Loss:
        raise NotImplementedError

    def _family(self, n_classes: int) -> Family:
        return Linear(self._loss(n_classes), fit_intercept=self.fit_intercept)

    def _keep(self, params: Params) -> None:
        self.coef_ = np.ascontiguousarray(params["weights"].T)
        self.intercept_ = params.get("bias", np.zeros(len(self.coef_), dtype=self.dtype))

    def _scores(self, X: Any) -> Array:
        return np.asarray(X @ self.coef_.T + self.intercept_)


class SoftmaxClassifier(_LinearClassifier):
    """Softmax regression; with two classes, logistic regression (Cox, 1958).

    l1, l2: penalties on the weights. class_weight: "balanced" gives every class the same total weight. The
    other options are those of every gradient model (`runner_builtin.models.gradient_models`).
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        epochs: Count = 30,
        batch_size: Count = 64,
        l1: NonNegative = 0.0,
        l2: NonNegative = 1e-4,
        fit_intercept: bool = True,
        class_weight: Literal["balanced"] | None = None,
        shuffle: bool = True,
        clip_norm: Positive | None = None,
        averaging: UnitInterval = 0.0,
        validation_share: Share | None = None,
        patience: Count | None = None,
        checkpoint: str | None = None,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: int | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.epochs = epochs
        self.batch_size = batch_size
        self.l1 = l1
        self.l2 = l2
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_share = validation_share
        self.patience = patience
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state

    def _loss(self, n_classes: int) -> Loss:
        return logistic if n_classes == 2 else softmax

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_rows, n_classes)."""
        return probabilities(self.decision_function(X))


class LinearSVMClassifier(_LinearClassifier):
    """Linear support vector machine in the primal, one class against the rest (Cortes & Vapnik, 1995).

    loss: "hinge" is the classic margin, "squared_hinge" punishes far misses more, "perceptron" asks for no
    margin at all (Rosenblatt, 1958). The other options are those of `SoftmaxClassifier`.
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        loss: Literal["hinge", "squared_hinge", "perceptron"] = "hinge",
        epochs: Count = 30,
        batch_size: Count = 64,
        l1: NonNegative = 0.0,
        l2: NonNegative = 1e-4,
        fit_intercept: bool = True,
        class_weight: Literal["balanced"] | None = None,
        shuffle: bool = True,
        clip_norm: Positive | None = None,
        averaging: UnitInterval = 0.0,
        validation_share: Share | None = None,
        patience: Count | None = None,
        checkpoint: str | None = None,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: int | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.l1 = l1
        self.l2 = l2
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_share = validation_share
        self.patience = patience
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state

    def _loss(self, n_classes: int) -> Loss:
        return MARGIN_LOSSES[self.loss]


class LinearRegressor(GradientRegressor):
    """Linear regression; ridge, lasso and elastic net by l2 and l1, robust by the Huber loss.

    Coefficients and objective are in the target's own unit. loss: "squared" is half the squared error; "huber"
    (Huber, 1964) grows straight beyond `threshold` times the target's spread, 1.4826 times the median distance
    from its median, so that outliers count for little. coef_: (n_features,), intercept_: a float; with several
    targets (n_targets, n_features) and (n_targets,). The other options are those of `SoftmaxClassifier`.
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        loss: Literal["squared", "huber"] = "squared",
        threshold: Positive = 1.35,
        epochs: Count = 30,
        batch_size: Count = 64,
        l1: NonNegative = 0.0,
        l2: NonNegative = 1e-4,
        fit_intercept: bool = True,
        shuffle: bool = True,
        clip_norm: Positive | None = None,
        averaging: UnitInterval = 0.0,
        validation_share: Share | None = None,
        patience: Count | None = None,
        checkpoint: str | None = None,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: int | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.loss = loss
        self.threshold = threshold
        self.epochs = epochs
        self.batch_size = batch_size
        self.l1 = l1
        self.l2 = l2
        self.fit_intercept = fit_intercept
        self.shuffle = shuffle
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_share = validation_share
        self.patience = patience
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state

    def _family(self) -> Family:
        loss = Huber(self.threshold) if self.loss == "huber" else squared
        return Linear(loss, fit_intercept=self.fit_intercept)

    def _centre(self, y: Array, weights: Array | None) -> Array:
        if not self.fit_intercept:
            return np.zeros(y.shape[1])
        return weighted_median(y, weights) if self.loss == "huber" else super()._centre(y, weights)

    def _spread(self, errors: Array, weights: Array | None) -> float:
        robust = 0.0
        if self.loss == "huber":
            robust = 1.4826 * float(weighted_median(np.abs(errors), weights).mean())
        return robust or super()._spread(errors, weights)

    def _keep(self, params: Params, centre: Array, unit: float) -> None:
        coef = np.ascontiguousarray(params["weights"].T) * unit
        intercept = params.get("bias", 0.0) * unit + centre
        self.coef_ = coef[0] if self._is_flat else coef
        self.intercept_ = float(intercept[0]) if self._is_flat else intercept

    def _scores(self, X: Any) -> Array:
        values = np.asarray(X @ np.atleast_2d(self.coef_).T)
        return np.asarray(values + self.intercept_)
