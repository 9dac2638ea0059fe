"""Linear models trained by gradients, as scikit-learn estimators.

    SoftmaxClassifier(optimizer=Adam(learning_rate=0.01), scheduler=Cosine(), epochs=30).fit(X, y)

Each minimises the mean loss of a training row plus l1 · Σ|w| + l2/2 · Σw² over the weights (the intercept is
free), by mini-batches; X may be dense or CSR and is never copied whole. scikit-learn's C is 1 / (l2 · n_rows),
Ridge's alpha l2 · n_rows, Lasso's alpha l1. Without an optimizer they use `Momentum()`, which wants columns
of about unit scale. Sample weights count in proportion to their mean.

A training that runs away does not raise: `fit` warns, `diverged_` says at which step and learning rate
(otherwise it is None), and the model keeps the finite parameters from before that epoch.

Fitted: `coef_`, `intercept_`, `n_features_in_`, `loss_curve_` and `learning_rate_curve_` (one number an epoch, for as
long as the training was sound; the loss without penalties), `n_iter_` (epochs), `diverged_`, and `classes_`.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from runner.contracts import Optimizer, Scheduler
from runner.errors import DataError
from runner.learn import Linear, Loss, Setting, fit_many, hinge, logistic, softmax, squared, squared_hinge
from runner.options import Count, NonNegative
from runner_builtin.optimizers import Momentum

Array = NDArray[Any]

#: Loss of the linear SVM by the name of its option.
MARGIN_LOSSES: dict[str, Loss] = {"hinge": hinge, "squared_hinge": squared_hinge}


class UnfitData(DataError, ValueError):
    """Data a model cannot learn from; a ValueError too, which is what scikit-learn's callers expect."""


class _GradientModel(BaseEstimator):
    """What the three models have in common; the options are listed in each."""

    optimizer: Optimizer | None
    scheduler: Scheduler | None
    epochs: int
    batch_size: int
    l1: float
    l2: float
    fit_intercept: bool
    shuffle: bool
    dtype: str
    random_state: int | None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _train(
        self, loss: Loss, X: Any, targets: Array, n_outputs: int, weights: Array | None, scale: float = 1.0
    ) -> tuple[Array, Array]:
        """Train, set the curves, and return weights (n_outputs, n_features) and intercepts (n_outputs,).

        scale: how many units of the given target make one unit of `targets`.
        """
        fresh = np.random.default_rng(self.random_state)
        setting = Setting(
            optimizer=Momentum() if self.optimizer is None else self.optimizer,
            scheduler=self.scheduler,
            l1=self.l1 / scale,
            l2=self.l2,
            seed=int(fresh.integers(2**63)),
        )
        trained = fit_many(
            Linear(loss, fit_intercept=self.fit_intercept),
            X,
            targets,
            [setting],
            n_outputs=n_outputs,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=int(fresh.integers(2**63)),
            shuffle=self.shuffle,
            sample_weight=weights,
            dtype=self.dtype,
        )
        losses = trained.loss_curve[0]
        sound = np.isfinite(losses)
        self.loss_curve_ = (losses[sound] * scale**2).tolist()
        self.learning_rate_curve_ = trained.learning_rate_curve[0][sound].tolist()
        self.n_iter_ = len(self.loss_curve_)
        self.diverged_ = None
        divergence = trained.divergences[0]
        if divergence is not None:
            self.diverged_ = {"step": divergence.step, "learning_rate": divergence.learning_rate}
            warnings.warn(_ran_away(self, self.diverged_), ConvergenceWarning, stacklevel=3)
        params = trained.params_of(0)
        intercept = params["bias"] if self.fit_intercept else np.zeros(n_outputs, dtype=self.dtype)
        return np.ascontiguousarray(params["weights"].T), intercept

    def _scores(self, X: Any) -> Array:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        return np.asarray(X @ self.coef_.T + self.intercept_)


class _LinearClassifier(ClassifierMixin, _GradientModel):
    """Classes for scores: one score for two classes, one for each of more."""

    class_weight: Literal["balanced"] | None

    def _loss(self, n_classes: int) -> Loss:
        raise NotImplementedError

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from X (n_rows, n_features), dense or CSR, and labels y (n_rows,) of at least two classes."""
        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        self.classes_, positions = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        if n_classes < 2:
            raise UnfitData(
                f"All {len(positions)} training rows are of one class, {self.classes_[0]!r}; {type(self).__name__} "
                "needs at least two. Look at the target, the cleaners and the splitter."
            )
        weights = _checked_weights(sample_weight, len(positions))
        if self.class_weight is not None:
            balanced = compute_sample_weight(self.class_weight, y)
            weights = balanced if weights is None else weights * balanced
        n_outputs = 1 if n_classes == 2 else n_classes
        self.coef_, self.intercept_ = self._train(self._loss(n_classes), X, positions, n_outputs, weights)
        return self

    def decision_function(self, X: Any) -> Array:
        """Return scores: (n_rows,) for two classes, above 0 for the second; (n_rows, n_classes) for more."""
        scores = self._scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> Array:
        """Return the label (n_rows,) with the highest score."""
        return labels(self.decision_function(X), self.classes_)


class SoftmaxClassifier(_LinearClassifier):
    """Softmax regression; with two classes, logistic regression (Cox, 1958).

    optimizer, scheduler: components; None means `Momentum()` and a constant rate. l1, l2: penalties on the
    weights. class_weight: "balanced" gives every class the same total weight. dtype: of the arithmetic.
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
        self.dtype = dtype
        self.random_state = random_state

    def _loss(self, n_classes: int) -> Loss:
        return logistic if n_classes == 2 else softmax

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_rows, n_classes)."""
        return probabilities(self.decision_function(X))


class LinearSVMClassifier(_LinearClassifier):
    """Linear support vector machine in the primal, one class against the rest (Cortes & Vapnik, 1995).

    loss: "hinge" is the classic margin, "squared_hinge" punishes far misses more. The other options are
    those of `SoftmaxClassifier`.
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        loss: Literal["hinge", "squared_hinge"] = "hinge",
        epochs: Count = 30,
        batch_size: Count = 64,
        l1: NonNegative = 0.0,
        l2: NonNegative = 1e-4,
        fit_intercept: bool = True,
        class_weight: Literal["balanced"] | None = None,
        shuffle: bool = True,
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
        self.dtype = dtype
        self.random_state = random_state

    def _loss(self, n_classes: int) -> Loss:
        return MARGIN_LOSSES[self.loss]


class LinearRegressor(RegressorMixin, _GradientModel):
    """Least squares, half the squared error; ridge, lasso and elastic net by l2 and l1.

    The target is centred (if there is an intercept) and scaled for the training, so that a learning rate
    means the same whatever the target's unit; objective, coefficients and loss curve are in its own units.
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
        shuffle: bool = True,
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
        self.shuffle = shuffle
        self.dtype = dtype
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from X (n_rows, n_features), dense or CSR, and values y (n_rows,)."""
        X, y = validate_data(self, X, y, accept_sparse="csr", y_numeric=True)
        weights = _checked_weights(sample_weight, len(y))
        centre = float(np.average(y, weights=weights)) if self.fit_intercept else 0.0
        scale = float(np.sqrt(np.average(np.square(y - centre), weights=weights))) or 1.0
        targets = ((y - centre) / scale).astype(self.dtype)
        coef, intercept = self._train(squared, X, targets, 1, weights, scale)
        self.coef_ = coef[0] * scale
        self.intercept_ = float(intercept[0]) * scale + centre
        return self

    def predict(self, X: Any) -> Array:
        """Return the predicted values (n_rows,)."""
        return self._scores(X)


def labels(scores: Array, classes: Array) -> Array:
    """Return the class with the highest score. scores: as a decision function gives them."""
    positions = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
    return np.asarray(classes[positions])


def probabilities(scores: Array) -> Array:
    """Return softmax probabilities (n_rows, n_classes). scores: as a decision function gives them."""
    if scores.ndim == 1:
        second = 0.5 * (1 + np.tanh(0.5 * scores))
        return np.column_stack([1 - second, second])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _checked_weights(sample_weight: Any, n_rows: int) -> Array | None:
    """Sample weights as float64 (n_rows,); one number stands for all rows."""
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    weights = np.full(n_rows, float(weights)) if weights.ndim == 0 else weights
    if weights.shape != (n_rows,) or not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise UnfitData(
            f"sample_weight has shape {weights.shape!r} and runs from {weights.min()!r} to {weights.max()!r}; it "
            f"must have shape ({n_rows},), finite, not negative, and not all zero."
        )
    return weights


def _ran_away(model: BaseEstimator, diverged: dict[str, Any]) -> str:
    return (
        f"{type(model).__name__} diverged at step {diverged['step']} with learning rate "
        f"{diverged['learning_rate']:.6g} and keeps its parameters from before that epoch. Lower "
        "optimizer.learning_rate, or scale the columns."
    )
