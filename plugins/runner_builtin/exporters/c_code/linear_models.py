"""Linear models, ours and scikit-learn's, and networks of dense layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.exporters.c_code.answers import Answer, Link, classified, estimated
from runner_builtin.exporters.c_code.number_steps import product
from runner_builtin.exporters.c_code.program import Data, Program, Step, Vector

Write = Callable[[Step, Data, Program], Answer]
_ACTIVATIONS = {"relu": "relu", "tanh": "tangent", "gelu": "gelu", "logistic": "expit"}


def classifier(link: Link | Callable[[Step], Link]) -> Write:
    """Return what writes a linear classifier. link: or what tells it from the step."""

    def write(step: Step, data: Data, program: Program) -> Answer:
        model = step.estimator
        scores = _scores(step, data, program, model.coef_, model.intercept_)
        return classified(program, scores, model.classes_, link(step) if callable(link) else link)

    return write


def regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a linear regression of one target or several."""
    model = step.estimator
    return estimated(
        program, _scores(step, data, program, model.coef_, model.intercept_), flat=np.ndim(model.coef_) == 1
    )


def log_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a linear regression of a logarithm."""
    model = step.estimator
    scores = _scores(step, data, program, model.coef_, model.intercept_)
    return estimated(program, scores, flat=True, exponential=True)


def low_rank_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write a linear classifier held as two factors."""
    model = step.estimator
    scores = _in_two(step, data, program)
    return classified(program, scores, model.classes_, model.link or "margins")


def low_rank_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a linear regression held as two factors."""
    return estimated(program, _in_two(step, data, program), flat=step.estimator.outer.shape[1] == 1)


def _in_two(step: Step, data: Data, program: Program) -> Vector:
    model = step.estimator
    inner, outer = step.finite(model.inner), step.finite(model.outer)
    between = product(step, _checked(step, data, program), program, inner, np.zeros(inner.shape[1]))
    return product(step, between, program, outer, step.finite(model.intercept))


def _scores(step: Step, data: Data, program: Program, coef: Any, intercept: Any) -> Vector:
    dense = coef.toarray() if hasattr(coef, "toarray") else coef
    weights = step.finite(np.atleast_2d(dense)).T
    bias: NDArray[np.float64] = np.broadcast_to(step.finite(intercept).ravel(), (weights.shape[1],)).copy()
    return product(step, _checked(step, data, program), program, weights, bias)


def _checked(step: Step, data: Data, program: Program) -> Vector:
    """Write that a row with a number that is missing or infinite is refused, as scikit-learn does."""
    vector = data if isinstance(data, Vector) else program.numbers_of(data, step)
    program.need("finite")
    program.say(f"if (!finite_numbers({vector.code}, {vector.length})) return 0;")
    return vector


def network_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write a classifier of dense layers."""
    model = step.estimator
    link: Link = "logistic" if len(model.classes_) == 2 else "softmax"
    if getattr(model, "out_activation_", link) != link:
        step.refuse("it gives several labels to a row")
    return classified(program, _layered(step, data, program), model.classes_, link)


def network_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a regression of dense layers."""
    model = step.estimator
    if getattr(model, "out_activation_", "identity") != "identity":
        step.refuse(f"its values go through {model.out_activation_!r}")
    values = _layered(step, data, program)
    flat = getattr(model, "_is_flat", values.width == 1)
    return estimated(program, values, flat=bool(flat))


def quantized_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write a classifier that a compressor left with weights of 8 bits."""
    model = step.estimator
    return classified(program, _layered(step, data, program), model.classes_, model.link or "margins")


def quantized_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a regression that a compressor left with weights of 8 bits."""
    return estimated(program, _layered(step, data, program), flat=step.estimator.flat)


def _layered(step: Step, data: Data, program: Program) -> Vector:
    """Write all layers, the last of which has no activation."""
    vector = _checked(step, data, program)
    layers = _layers(step.estimator)
    for place, (weights, bias) in enumerate(layers):
        vector = product(step, vector, program, step.finite(weights), step.finite(bias))
        activation = step.estimator.activation
        if place < len(layers) - 1 and activation != "identity":
            vector = program.settled(vector)
            program.need(_ACTIVATIONS[activation])
            program.say(f"{_ACTIVATIONS[activation]}({vector.code}, {vector.length});")
    return vector


def _layers(model: Any) -> list[tuple[Any, Any]]:
    if hasattr(model, "coefs_"):
        return list(zip(model.coefs_, model.intercepts_, strict=True))
    if hasattr(model, "scales"):
        weights = [whole * scale.astype(np.float64) for whole, scale in zip(model.weights, model.scales, strict=True)]
        return list(zip(weights, model.biases, strict=True))
    params = model.params_
    return [(params[f"weights_{layer}"], params[f"bias_{layer}"]) for layer in range(len(params) // 2)]


def logistic_regression(step: Step) -> Link:
    """Tell how LogisticRegression makes probabilities."""
    return "one_vs_rest" if step.estimator.solver == "liblinear" else "softmax"


def stochastic(step: Step) -> Link:
    """Tell how SGDClassifier makes probabilities, where its loss gives any."""
    if step.estimator.loss == "modified_huber":
        step.refuse("there is no C for the probabilities of loss: modified_huber", "Choose loss: log_loss or hinge.")
    return "one_vs_rest" if step.estimator.loss == "log_loss" else "margins"
