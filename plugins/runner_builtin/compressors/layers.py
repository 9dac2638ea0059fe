"""The weights inside a fitted model, to be looked at, and put back into a copy of it that stays of its own class."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.compressors.linear_parts import coefficients
from runner_builtin.compressors.networks import network_of

Array = NDArray[Any]


def layers_of(compressor: str, name: str, model: Any) -> list[Array]:
    """Return the weights of each layer as they are held, (n_in, n_out). Raises as `network_of` does."""
    if hasattr(model, "coef_"):
        return [coefficients(compressor, name, model)[0].T]
    network = network_of(compressor, name, model)
    # of eight bits are pruned the eight bits, so that what is pruned stays small
    return list(model.weights) if hasattr(model, "scales") else list(network.weights)


def with_layers(model: Any, layers: Sequence[Array], kept: NDArray[np.intp] | None = None) -> Any:
    """Return a copy of the model with other weights. kept: the columns that are left to it, None for all."""
    made = copy.copy(model)
    if hasattr(model, "coef_"):
        (weights,) = layers
        made.coef_ = np.ascontiguousarray(weights[:, 0] if np.ndim(model.coef_) == 1 else weights.T)
    elif hasattr(model, "coefs_"):
        made.coefs_ = list(layers)
        vars(made).pop("_optimizer", None)  # the moments of its training, twice as large as the weights
    elif hasattr(model, "params_"):
        made.params_ = {**model.params_, **{f"weights_{place}": layer for place, layer in enumerate(layers)}}
    elif hasattr(model, "inner"):
        made.inner, made.outer = layers
    else:
        made.weights = list(layers)
    if kept is not None:
        _fewer_columns(made, kept)
    return made


def _fewer_columns(model: Any, kept: NDArray[np.intp]) -> None:
    if "n_features_in_" in vars(model):
        model.n_features_in_ = len(kept)
    if hasattr(model, "feature_names_in_"):
        model.feature_names_in_ = model.feature_names_in_[kept]
