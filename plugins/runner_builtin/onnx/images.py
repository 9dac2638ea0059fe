"""Converters of transforms of images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from runner_builtin.onnx.features import Features, NotConvertible, Tensor
from runner_builtin.onnx.graph import Graph


def laid_out(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `image_to_matrix`: rows of pixels, divided by what a full one counts."""
    flat = flattened(step, features, graph)
    return Tensor(graph.node("Div", flat.name, graph.constant(step.scale_, np.float64)), "double", flat.shape)


def flattened(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `flatten`."""
    del step
    given = _images(features)
    pixels = math.prod(given.shape)
    return Tensor(graph.node("Reshape", given.name, graph.constant([-1, pixels])), given.kind, (pixels,))


def normalised(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `normalise`."""
    given = _images(features)
    if step.by == "range":
        made = graph.node("Div", given.name, graph.constant(step.full, np.float64))
        return Tensor(made, "double", given.shape)
    axes = graph.constant([1, 2] if step.by == "channel" else [*range(1, len(given.shape) + 1)])
    off = graph.node("Sub", given.name, graph.node("ReduceMean", given.name, axes, keepdims=1))
    spread = graph.node("Sqrt", graph.node("ReduceMean", graph.node("Mul", off, off), axes, keepdims=1))
    varies = graph.node("Greater", spread, graph.constant(0.0))
    return Tensor(
        graph.node("Div", off, graph.node("Where", varies, spread, graph.constant(1.0))), "double", given.shape
    )


def greyed(step: Any, features: Features, graph: Graph) -> Tensor:
    """Refuse `grey` where there are colours: whole numbers are rounded half to even in a way of their own."""
    del step, graph
    given = _images(features)
    if len(given.shape) == 2:
        return given
    raise NotConvertible("colours are rounded to grey as files do it, for which a graph has no operation")


def _images(features: Features) -> Tensor:
    if not isinstance(features, Tensor) or features.kind != "double" or len(features.shape) < 2:
        raise NotConvertible("it is given no images")
    return features
