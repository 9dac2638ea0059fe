"""Converters of linear models: a product with the weights, an offset, and what makes probabilities of scores.

Weights are 32 bits wide and stand in a plain matrix product, so that they can be quantised. Columns far from zero for
their spread lose their digits in 32 bits: they are brought near zero first, while they still have 64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.onnx.features import Answer, Features, NotConvertible, Tensor, as_float, matrix
from runner_builtin.onnx.graph import Graph

Array = NDArray[Any]


def probable(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a classifier whose probabilities are the softmax of its scores."""
    scores = _scores(step.coef_, step.intercept_, features, graph)
    return Answer(scores, softmax(scores, _outputs(step.coef_), graph))


def scored(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a classifier that gives scores and no probabilities."""
    return Answer(_scores(step.coef_, step.intercept_, features, graph))


def logistic(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert scikit-learn's LogisticRegression: one logistic score, or a softmax over all classes."""
    scores = _scores(step.coef_, step.intercept_, features, graph)
    outputs = _outputs(step.coef_)
    each = outputs > 1 and (getattr(step, "multi_class", None) == "ovr" or step.solver == "liblinear")
    return Answer(scores, rest(scores, graph) if each else softmax(scores, outputs, graph))


def by_sgd(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert scikit-learn's SGDClassifier, one class against the rest."""
    scores = _scores(step.coef_, step.intercept_, features, graph)
    if step.loss != "log_loss":
        if step.loss == "modified_huber":
            raise NotConvertible("its loss 'modified_huber' makes probabilities in a way that has no converter")
        return Answer(scores)
    outputs = _outputs(step.coef_)
    return Answer(scores, softmax(scores, 1, graph) if outputs == 1 else rest(scores, graph))


def valued(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a linear regression of one target or several."""
    rows = np.atleast_2d(step.coef_.toarray() if hasattr(step.coef_, "toarray") else step.coef_)
    bias = np.broadcast_to(np.asarray(step.intercept_, dtype=np.float64), (len(rows),))
    return Answer(values=_values(rows.T, bias, matrix(features, graph), graph))


def _values(weights: Array, bias: Any, features: Tensor, graph: Graph) -> str:
    """Return X · weights + bias, the sum 64 bits wide: values may be far from zero for their spread, too."""
    given, bias = centred(weights, bias, features, graph)
    made = graph.node(
        "MatMul", as_float(given, graph).name, graph.constant(np.ascontiguousarray(weights), np.float32)
    )
    return graph.node("Add", graph.cast(made, "double"), graph.constant(np.atleast_1d(bias), np.float64))


def of_low_rank(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert what `truncated_svd` leaves of a linear model: two factors."""
    given = as_float(matrix(features, graph), graph)
    inner = graph.node("MatMul", given.name, graph.constant(step.inner, np.float32))
    scores = graph.node("MatMul", inner, graph.constant(step.outer, np.float32))
    scores = graph.node("Add", scores, graph.constant(step.intercept, np.float32))
    link = getattr(step, "link", None)
    if not hasattr(step, "classes_"):
        return Answer(values=scores)
    if link is None:
        return Answer(scores)
    outputs = step.outer.shape[1]
    return Answer(
        scores, softmax(scores, outputs, graph) if link == "softmax" or outputs == 1 else rest(scores, graph)
    )


def softmax(scores: str, outputs: int, graph: Graph) -> str:
    """Turn scores into probabilities, (n, n_classes): of one output, those of two classes."""
    if outputs > 1:
        return graph.node("Softmax", scores, axis=1)
    second = graph.node("Sigmoid", scores)
    return graph.node("Concat", graph.node("Sub", graph.constant(1, np.float32), second), second, axis=1)


def rest(scores: str, graph: Graph) -> str:
    """Turn scores of each class against the rest into probabilities that add up to 1."""
    # by their logarithms, log(1 / (1 + exp(-s))), for in 32 bits all of them may be 0
    return graph.node("Softmax", graph.node("Neg", graph.node("Softplus", graph.node("Neg", scores))), axis=1)


def product(weights: Array, bias: Any, features: Tensor, graph: Graph) -> str:
    """Return X · weights + bias, 32 bits wide. weights: (n_columns, n_outputs). bias: (n_outputs,)."""
    given, bias = centred(weights, bias, features, graph)
    made = graph.node(
        "MatMul", as_float(given, graph).name, graph.constant(np.ascontiguousarray(weights), np.float32)
    )
    return graph.node("Add", made, graph.constant(np.atleast_1d(bias), np.float32))


def centred(weights: Array, bias: Any, features: Tensor, graph: Graph) -> tuple[Tensor, Array]:
    """Bring columns that are far from zero near it, and what that takes from the scores into their offset."""
    if features.kind != "double" or features.offset is None:
        return features, np.asarray(bias)
    moved = graph.node("Sub", features.name, graph.constant(features.offset, np.float64))
    added = np.asarray(features.offset) @ np.asarray(weights, dtype=np.float64)
    return Tensor(moved, "double", features.shape), np.asarray(bias, dtype=np.float64) + added


def _scores(coefficients: Any, intercept: Any, features: Features, graph: Graph) -> str:
    rows = np.atleast_2d(coefficients.toarray() if hasattr(coefficients, "toarray") else coefficients)
    bias = np.broadcast_to(np.asarray(intercept, dtype=np.float64), (len(rows),))
    return product(rows.T, bias, matrix(features, graph), graph)


def _outputs(coefficients: Any) -> int:
    return int(np.atleast_2d(coefficients).shape[0])


#: What hidden units do with what reaches them.
Activation = Callable[[str, Graph], str]


def relu(reaches: str, graph: Graph) -> str:
    """max(0, z)."""
    return graph.node("Relu", reaches)


def tanh(reaches: str, graph: Graph) -> str:
    """Hyperbolic tangent."""
    return graph.node("Tanh", reaches)


def gelu(reaches: str, graph: Graph) -> str:
    """z · Φ(z), by its tanh formula."""
    return graph.node("Gelu", reaches, approximate="tanh")


ACTIVATIONS: dict[str, Activation] = {"relu": relu, "tanh": tanh, "gelu": gelu}


def network(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a network of ours, layer by layer."""
    params, last = step.params_, len(step.params_) // 2 - 1
    given = matrix(features, graph)
    for layer in range(last):
        reached = product(params[f"weights_{layer}"], params[f"bias_{layer}"], given, graph)
        given = Tensor(ACTIVATIONS[step.activation](reached, graph), "float", (len(params[f"bias_{layer}"]),))
    weights, bias = params[f"weights_{last}"], params[f"bias_{last}"]
    if not hasattr(step, "classes_"):
        return Answer(values=_values(weights, bias, given, graph))
    scores = product(weights, bias, given, graph)
    return Answer(scores, softmax(scores, len(params[f"bias_{last}"]), graph))
