"""Weights of eight bits instead of 32 or 64: a quarter of the bytes, for a little accuracy.

Each output of a layer is a channel with a scale of its own: weight = scale · q with q from -127 to 127, symmetric
around zero (Jacob et al., 2018; per channel: Krishnamoorthi, 2018). Biases and scales stay float32. The answers are
computed in float32 from the eight-bit weights, so what is measured afterwards is what is shipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import validate_data

from runner_builtin.compressors.compressed_model import (
    CompressedClassifier,
    CompressedModel,
    CompressedRegressor,
    ending_in,
)
from runner_builtin.compressors.linear_parts import Link
from runner_builtin.compressors.networks import ACTIVATIONS, Activation, Network, network_of

Array = NDArray[Any]


class QuantizeCompressor:
    """Holds the weights of a linear model or a multi-layer perceptron as int8, with a float32 scale per output.

    Works on ours, on scikit-learn's, on linear support vector machines, and on what other compressors made of them.
    Raises ConfigError for another model, DataError for weights that are not finite.
    """

    def compress(self, pipeline: Pipeline) -> Pipeline:
        """Return a pipeline with the same steps but for the last."""
        name, model = pipeline.steps[-1]
        network = network_of("quantize", name, model)
        pairs = [_eight_bits(weights) for weights in network.weights]
        parts = {
            "weights": [weights for weights, _ in pairs],
            "scales": [scales for _, scales in pairs],
            "biases": [np.asarray(bias, dtype=np.float32) for bias in network.biases],
            "activation": network.activation,
        }
        smaller: QuantizedClassifier | QuantizedRegressor
        if network.classes is not None:
            smaller = QuantizedClassifier(**parts, classes=network.classes, link=network.link)
        else:
            smaller = QuantizedRegressor(**parts, flat=network.flat)
        return ending_in(pipeline, smaller)


def _eight_bits(weights: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 weights of the same shape and the scale of each column; a column of zeros has scale 1."""
    largest = np.abs(weights).max(axis=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(weights / scales).clip(-127, 127).astype(np.int8), scales


class _Quantized(CompressedModel):
    """weights: int8 (n_in, n_out) per layer; scales, biases: float32 (n_out,) per layer."""

    weights: list[NDArray[np.int8]]
    scales: list[NDArray[np.float32]]
    biases: list[NDArray[np.float32]]
    activation: Activation

    @property
    def n_features_in_(self) -> int:
        """How many columns X has."""
        return int(self.weights[0].shape[0])

    def _scores(self, X: Any) -> Array:
        passed = validate_data(self, X, accept_sparse="csr", reset=False)
        for place, (weights, scales, bias) in enumerate(zip(self.weights, self.scales, self.biases, strict=True)):
            # the scales belong to the outputs, so one product for each of them does for the whole column
            passed = np.asarray(passed @ weights.astype(np.float32)) * scales + bias
            if place + 1 < len(self.weights):
                passed = ACTIVATIONS[self.activation](passed)
        return np.asarray(passed)

    def _layers(self) -> tuple[Array, ...]:
        return tuple(
            weights.astype(np.float32) * scales for weights, scales in zip(self.weights, self.scales, strict=True)
        )


class QuantizedClassifier(CompressedClassifier, _Quantized):
    """A classifier with weights of eight bits. link: how scores become probabilities; None if they do not."""

    def __init__(
        self,
        weights: list[NDArray[np.int8]],
        scales: list[NDArray[np.float32]],
        biases: list[NDArray[np.float32]],
        activation: Activation,
        classes: Array,
        link: Link | None = None,
    ) -> None:
        self.weights = weights
        self.scales = scales
        self.biases = biases
        self.activation = activation
        self.classes = classes
        self.link = link

    def network(self) -> Network:
        """Return its layers as float32."""
        return Network(self._layers(), tuple(self.biases), self.activation, self.classes, self.link)


class QuantizedRegressor(CompressedRegressor, _Quantized):
    """A regression with weights of eight bits. flat: whether it gives (n_rows,)."""

    def __init__(
        self,
        weights: list[NDArray[np.int8]],
        scales: list[NDArray[np.float32]],
        biases: list[NDArray[np.float32]],
        activation: Activation,
        flat: bool = False,
    ) -> None:
        self.weights = weights
        self.scales = scales
        self.biases = biases
        self.activation = activation
        self.flat = flat

    def network(self) -> Network:
        """Return its layers as float32."""
        return Network(self._layers(), tuple(self.biases), self.activation, flat=self.flat)
