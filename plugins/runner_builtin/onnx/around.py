"""Converters of models around other models: calibrated probabilities, a threshold of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from runner_builtin.onnx.converting import Conversion, model_answer, nesting
from runner_builtin.onnx.features import Answer, Features, NotConvertible
from runner_builtin.onnx.graph import Graph


@nesting
def calibrated(step: Any, features: Features, conversion: Conversion) -> Answer:
    """Convert `calibrated`, the mean of the calibrated probabilities of all its models."""
    return averaged(step.calibrated_, features, conversion)


@nesting
def averaged(step: Any, features: Features, conversion: Conversion) -> Answer:
    """Convert scikit-learn's CalibratedClassifierCV."""
    graph = conversion.graph
    parts = [_calibrated(one, features, conversion) for one in step.calibrated_classifiers_]
    total = parts[0]
    for part in parts[1:]:
        total = graph.node("Add", total, part)
    return Answer(probabilities=graph.node("Div", total, graph.constant(len(parts), np.float32)))


@nesting
def thresholded(step: Any, features: Features, conversion: Conversion) -> Answer:
    """Convert `tuned_threshold`: the model's probabilities, and a class by their threshold."""
    graph = conversion.graph
    inner = model_answer(conversion.step(step.model_, features))
    side = step._side
    if inner.probabilities is not None:
        score = graph.taken(inner.probabilities, graph.constant([side]), 1)
    elif inner.scores is not None:
        score = inner.scores if side else graph.node("Neg", inner.scores)
    else:
        raise NotConvertible("its model gives neither probabilities nor scores")
    score = graph.node("Reshape", score, graph.constant([-1]))
    reached = graph.node("GreaterOrEqual", score, graph.constant(step.threshold_, np.float32))
    position = graph.node("Where", reached, graph.constant(side), graph.constant(1 - side))
    return Answer(probabilities=inner.probabilities, position=position)


def _calibrated(one: Any, features: Features, conversion: Conversion) -> str:
    """Return the probabilities of one model with its calibrators, (n, n_classes)."""
    graph, classes = conversion.graph, len(one.classes)
    inner = model_answer(conversion.step(one.estimator, features))
    scores = inner.scores if hasattr(one.estimator, "decision_function") else _of_probabilities(inner, classes, graph)
    if scores is None:
        raise NotConvertible(f"its model {type(one.estimator).__name__} has no converter that gives scores")
    columns = [
        _curve(calibrator, graph.taken(scores, graph.constant([place]), 1), one.method, graph)
        for place, calibrator in enumerate(one.calibrators)
    ]
    if classes == 2:
        return graph.node("Concat", graph.node("Sub", graph.constant(1, np.float32), columns[0]), columns[0], axis=1)
    each = graph.joined(columns, 1)
    total = graph.node("ReduceSum", each, graph.constant([1]), keepdims=1)
    none = graph.node("Equal", total, graph.constant(0, np.float32))
    evenly = graph.constant(1 / classes, np.float32)
    shared = graph.node("Div", each, graph.node("Where", none, graph.constant(1, np.float32), total))
    return graph.node("Where", none, evenly, shared)


def _of_probabilities(inner: Answer, classes: int, graph: Graph) -> str | None:
    if inner.probabilities is None or classes > 2:
        return inner.probabilities
    return graph.taken(inner.probabilities, graph.constant([1]), 1)


def _curve(calibrator: Any, score: str, method: str, graph: Graph) -> str:
    """Return a calibrator's probability of a score, (n, 1)."""
    if method == "sigmoid":
        slope, offset = float(calibrator.a_), float(calibrator.b_)
        straight = graph.node(
            "Add", graph.node("Mul", score, graph.constant(-slope, np.float32)), graph.constant(-offset, np.float32)
        )
        return graph.node("Sigmoid", straight)
    if method == "isotonic":
        return _between(np.asarray(calibrator.X_thresholds_), np.asarray(calibrator.y_thresholds_), score, graph)
    raise NotConvertible(f"calibration by {method!r} has no converter")


def _between(x: Any, y: Any, score: str, graph: Graph) -> str:
    """Interpolate between points, and go straight on at both ends. x: ascending, (n_points,)."""
    if len(x) == 1:
        flat = graph.node("Mul", score, graph.constant(0, np.float32))
        return graph.node("Add", flat, graph.constant(float(y[0]), np.float32))
    wide = graph.cast(score, "double")
    below = graph.cast(graph.node("GreaterOrEqual", wide, graph.constant(x[None, 1:-1], np.float64)), "int64")
    place = graph.node(
        "Reshape", graph.node("ReduceSum", below, graph.constant([1]), keepdims=1), graph.constant([-1, 1])
    )
    left, right = (
        graph.taken(graph.constant(x[:-1], np.float64), place),
        graph.taken(graph.constant(x[1:], np.float64), place),
    )
    low, high = (
        graph.taken(graph.constant(y[:-1], np.float64), place),
        graph.taken(graph.constant(y[1:], np.float64), place),
    )
    share = graph.node("Div", graph.node("Sub", wide, left), graph.node("Sub", right, left))
    inside = graph.node("Min", graph.node("Max", share, graph.constant(0.0)), graph.constant(1.0))
    made = graph.node("Add", low, graph.node("Mul", inside, graph.node("Sub", high, low)))
    return graph.cast(made, "float")
