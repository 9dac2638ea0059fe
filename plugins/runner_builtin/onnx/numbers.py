"""Converters of transforms of numbers: scales, projections, choices of columns. Reckoned in 64 bits, as in Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from runner_builtin.onnx.features import Features, Tensor, as_double, matrix
from runner_builtin.onnx.graph import Graph


def standard_scaled(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a StandardScaler."""
    return _moved(features, step.mean_ if step.with_mean else None, step.scale_ if step.with_std else None, graph)


def robust_scaled(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a RobustScaler."""
    return _moved(
        features, step.center_ if step.with_centering else None, step.scale_ if step.with_scaling else None, graph
    )


def max_abs_scaled(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a MaxAbsScaler."""
    return _moved(features, None, step.scale_, graph)


def min_max_scaled(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a MinMaxScaler: x * scale_ + min_, clipped where that is asked for."""
    given = as_double(matrix(features, graph), graph)
    made = graph.node("Mul", given.name, graph.constant(step.scale_, np.float64))
    made = graph.node("Add", made, graph.constant(step.min_, np.float64))
    if step.clip:
        made = clipped(made, *map(float, step.feature_range), graph)
    return Tensor(made, "double", given.shape, given.names)


def clipped(tensor: str, lower: Any, upper: Any, graph: Graph) -> str:
    """Bring numbers between bounds; what is missing stays so. lower, upper: None where there is no bound."""
    for op, bound in (("Less", lower), ("Greater", upper)):
        if bound is not None:
            edge = graph.constant(bound, np.float64)
            tensor = graph.node("Where", graph.node(op, tensor, edge), edge, tensor)
    return tensor


def logarithms(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `log`: log(1 + x)."""
    del step
    given = as_double(matrix(features, graph), graph)
    made = graph.node("Log", graph.node("Add", given.name, graph.constant(1.0)))
    return Tensor(made, "double", given.shape, given.names)


def projected(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a TruncatedSVD: 32 bits wide, as the texts that it usually follows, so that it can be quantised."""
    given = matrix(features, graph)
    wide = given if given.kind == "float" else Tensor(graph.cast(given.name, "float"), "float", given.shape)
    directions = graph.constant(np.ascontiguousarray(step.components_.T), np.float32)
    return Tensor(graph.node("MatMul", wide.name, directions), "float", (len(step.components_),))


def principal(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a PCA."""
    given = as_double(matrix(features, graph), graph)
    axes = np.asarray(step.components_, dtype=np.float64)
    if step.whiten:
        spread = np.sqrt(step.explained_variance_)
        axes = axes / np.maximum(spread, np.finfo(spread.dtype).eps)[:, None]
    centred = graph.node("Sub", given.name, graph.constant(step.mean_, np.float64))
    made = graph.node("MatMul", centred, graph.constant(np.ascontiguousarray(axes.T)))
    return Tensor(made, "double", (len(axes),))


def chosen(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a step that keeps some columns, as its `get_support` says."""
    given = matrix(features, graph)
    kept = step.get_support(indices=True)
    names = None if given.names is None else tuple(given.names[place] for place in kept)
    made = graph.taken(given.name, graph.constant(kept, np.int64), 1)
    return Tensor(made, given.kind, (len(kept),), names)


def _moved(features: Features, centre: Any, scale: Any, graph: Graph) -> Tensor:
    given = as_double(matrix(features, graph), graph)
    made = given.name
    if centre is not None:
        made = graph.node("Sub", made, graph.constant(centre, np.float64))
    if scale is not None:
        made = graph.node("Div", made, graph.constant(scale, np.float64))
    return Tensor(made, "double", given.shape, given.names)
