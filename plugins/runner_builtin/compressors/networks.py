"""A fitted linear model or multi-layer perceptron as layers of weights, whoever trained it.

    network = network_of("quantize", "model", pipeline.steps[-1][1])
    network.scores(X)

Ours and scikit-learn's are known, and models that a compressor made (they have `network()`), so that one compressor
can follow another. Raises ConfigError for a model that is neither, DataError for weights that are not finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from runner.errors import ConfigError, DataError
from runner_builtin.compressors.linear_parts import LINKS, Link, coefficients, link_of

Array = NDArray[Any]
Activation = Literal["identity", "relu", "tanh", "logistic", "gelu"]

ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "logistic": lambda z: 0.5 * (1 + np.tanh(0.5 * z)),
    "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
}


@dataclass(frozen=True)
class Network:
    """weights: one (n_in, n_out) for each layer; biases: (n_out,) each; activation: between the layers.

    classes: of a classifier, None of a regression. link: how scores become probabilities, None where they do not.
    flat: of a regression, whether it gives (n_rows,).
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activation: Activation = "identity"
    classes: Array | None = None
    link: Link | None = None
    flat: bool = False

    def scores(self, X: Any) -> Array:
        """Return what the last layer gives, (n_rows, n_outputs)."""
        passed = X
        for place, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            passed = np.asarray(passed @ weights) + bias
            if place + 1 < len(self.weights):
                passed = ACTIVATIONS[self.activation](passed)
        return np.asarray(passed)


def network_of(compressor: str, name: str, model: Any) -> Network:
    """Take a fitted model apart. compressor: who asks; name: of the step. Raises ConfigError, DataError."""
    network = _known(compressor, name, model)
    if not all(np.isfinite(array).all() for array in (*network.weights, *network.biases)):
        raise DataError(
            f"Compressor {compressor!r}: step {name!r} has weights that are not finite numbers, and only finite ones "
            "can be made smaller. Its training did not succeed; mend that first."
        )
    return network


def _known(compressor: str, name: str, model: Any) -> Network:
    if callable(getattr(model, "network", None)):
        made: Network = model.network()
        return made
    if hasattr(model, "params_") and hasattr(model, "hidden"):
        return _ours(model)
    if hasattr(model, "coefs_") and hasattr(model, "out_activation_"):
        return _of_sklearn(compressor, name, model)
    coef, intercept = coefficients(compressor, name, model)
    if not is_classifier(model):
        return Network((coef.T,), (intercept,), flat=np.ndim(model.coef_) == 1)
    link = link_of(compressor, name, model, coef, intercept)
    return Network((coef.T,), (intercept,), classes=np.asarray(model.classes_), link=link)


def _ours(model: Any) -> Network:
    n_layers = len(model.params_) // 2
    weights = tuple(model.params_[f"weights_{layer}"] for layer in range(n_layers))
    biases = tuple(model.params_[f"bias_{layer}"] for layer in range(n_layers))
    if is_classifier(model):
        return Network(weights, biases, model.activation, np.asarray(model.classes_), "softmax")
    return Network(weights, biases, model.activation, flat=bool(model._is_flat))


def _of_sklearn(compressor: str, name: str, model: Any) -> Network:
    weights, biases = tuple(model.coefs_), tuple(model.intercepts_)
    if not is_classifier(model):
        return Network(weights, biases, model.activation, flat=len(biases[-1]) == 1)
    if np.ndim(model.classes_) != 1 or (model.out_activation_ == "logistic" and len(biases[-1]) != 1):
        raise ConfigError(
            f"Compressor {compressor!r}: step {name!r} gives several labels to a row. Choose a model that gives one, "
            "or remove this compressor."
        )
    return Network(weights, biases, model.activation, np.asarray(model.classes_), "softmax")


def chances(link: Link | None, scores: Array) -> Array:
    """Return probabilities (n_rows, n_classes) of scores (n_rows, n_outputs)."""
    return LINKS[link](scores[:, 0] if scores.shape[1] == 1 else scores)
