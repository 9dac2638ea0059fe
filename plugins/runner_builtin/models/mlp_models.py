"""Multi-layer perceptrons trained by gradients: hidden units between the columns and the scores.

    MLPClassifier(hidden=(128,), optimizer=Adam(learning_rate=0.001), dropout=0.2).fit(X, y)

Each minimises the mean loss of a training row plus l2/2 · Σw² over the weights of all layers. Fitted: `params_`
(weights_0 (n_features, hidden[0]), bias_0, weights_1, …), and what `gradient_models` tells of every model
trained by gradients.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer, Scheduler
from runner.errors import ConfigError
from runner.learn import MLP, Family, Loss, logistic, softmax, squared
from runner.options import Count, Decay, NonNegative, Positive, Share, UnitInterval
from runner_builtin.models.gradient_classifier import GradientClassifier, probabilities
from runner_builtin.models.gradient_models import GradientModel, Params
from runner_builtin.models.gradient_regressor import GradientRegressor

Array = NDArray[Any]


class _Layered(GradientModel):
    """What both have in common."""

    hidden: tuple[int, ...]
    activation: str
    dropout: float
    params_: Params

    def _layers(self, loss: Loss) -> Family:
        sizes = tuple(self.hidden)
        if any(size < 1 for size in sizes):
            raise ConfigError(f"model.hidden {self.hidden!r} has a layer without units. Give each at least 1.")
        return MLP(loss, sizes, self.activation, self.dropout)

    def _decide(self, loss: Loss, X: Any) -> Array:
        """Return scores (n_rows, n_outputs)."""
        params = {name: param[None] for name, param in self.params_.items()}
        return np.asarray(self._layers(loss).decision(params, X)[0])


class MLPClassifier(_Layered, GradientClassifier):
    """A network with a softmax over the classes; with two classes, one logistic score.

    hidden: how many units each hidden layer has. activation: what they do. dropout: the share of them left out
    at each training step. l2: penalty on the weights of all layers. The other options are those of every
    gradient model (`runner_builtin.models.gradient_models`).
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        hidden: tuple[Count, ...] = (100,),
        activation: Literal["relu", "tanh", "gelu"] = "relu",
        dropout: Decay = 0.0,
        epochs: Count = 30,
        batch_size: Count = 64,
        l2: NonNegative = 1e-4,
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
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_share = validation_share
        self.patience = patience
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state

    def _family(self, n_classes: int) -> Family:
        return self._layers(logistic if n_classes == 2 else softmax)

    def _keep(self, params: Params) -> None:
        self.params_ = params

    def _scores(self, X: Any) -> Array:
        return self._decide(softmax, X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_rows, n_classes)."""
        return probabilities(self.decision_function(X))


class MLPRegressor(_Layered, GradientRegressor):
    """A network whose scores are the values of one target or several, by half the squared error.

    l2 acts on the training in units of the target's spread. The other options are those of `MLPClassifier`.
    """

    def __init__(
        self,
        *,
        optimizer: Optimizer | None = None,
        scheduler: Scheduler | None = None,
        hidden: tuple[Count, ...] = (100,),
        activation: Literal["relu", "tanh", "gelu"] = "relu",
        dropout: Decay = 0.0,
        epochs: Count = 30,
        batch_size: Count = 64,
        l2: NonNegative = 1e-4,
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
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.shuffle = shuffle
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_share = validation_share
        self.patience = patience
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state

    def _family(self) -> Family:
        return self._layers(squared)

    def _keep(self, params: Params, centre: Array, unit: float) -> None:
        last = len(params) // 2 - 1
        weights, bias = params[f"weights_{last}"], params[f"bias_{last}"]
        in_unit = {f"weights_{last}": weights * unit, f"bias_{last}": bias * unit + centre}
        self.params_ = {name: array.astype(self.dtype) for name, array in (params | in_unit).items()}

    def _scores(self, X: Any) -> Array:
        return self._decide(squared, X).astype(np.float64)
