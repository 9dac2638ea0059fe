"""Numbers to other numbers: scalers, projections, choices of columns, images as rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.exporters.c_code.program import Data, Dense, Program, Step, Vector
from runner_builtin.exporters.c_code.text_steps import normed


def standard(step: Step, data: Data, program: Program) -> Vector:
    """Write StandardScaler."""
    scaler = step.estimator
    return scaled(step, data, program, scaler.mean_ if scaler.with_mean else None, scaler.scale_)


def robust(step: Step, data: Data, program: Program) -> Vector:
    """Write RobustScaler."""
    scaler = step.estimator
    centre = scaler.center_ if scaler.with_centering else None
    return scaled(step, data, program, centre, scaler.scale_ if scaler.with_scaling else None)


def largest_absolute(step: Step, data: Data, program: Program) -> Vector:
    """Write MaxAbsScaler."""
    made = scaled(step, data, program, None, step.estimator.scale_)
    return _clipped(made, program, -1.0, 1.0) if getattr(step.estimator, "clip", False) else made


def scaled(step: Step, data: Data, program: Program, centre: Any, spread: Any) -> Vector:
    """Write (x - centre) / spread, or melt it into a product that is pending."""
    vector = data if isinstance(data, Vector) else program.numbers_of(data, step)
    away = np.zeros(vector.width) if centre is None else step.finite(centre)
    by = np.ones(vector.width) if spread is None else step.finite(spread)
    if vector.pending is not None:
        layer = Dense(vector.pending.weights / by, (vector.pending.bias - away) / by)
        return Vector(vector.start, vector.length, layer)
    program.need("scale")
    program.say(f"scale({vector.code}, {vector.length}, {program.table(away)}, {program.table(by)});")
    return vector


def min_max(step: Step, data: Data, program: Program) -> Vector:
    """Write MinMaxScaler."""
    scaler = step.estimator
    vector = program.numbers_of(data, step)
    factor, shift = program.table(step.finite(scaler.scale_)), program.table(step.finite(scaler.min_))
    program.need("stretch")
    program.say(f"stretch({vector.code}, {vector.length}, {factor}, {shift});")
    return _clipped(vector, program, *scaler.feature_range) if scaler.clip else vector


def _clipped(vector: Vector, program: Program, low: float, high: float) -> Vector:
    bounds = [program.table(np.full(vector.length, bound, dtype=np.float64)) for bound in (low, high)]
    program.need("clip")
    program.say(f"clip({vector.code}, {vector.length}, {', '.join(bounds)});")
    return vector


def logarithm(step: Step, data: Data, program: Program) -> Vector:
    """Write log(1 + x), which refuses negative numbers."""
    vector = program.numbers_of(data, step)
    program.need("logarithm")
    program.say(f"if (!logarithm({vector.code}, {vector.length})) return 0;")
    return vector


def normalizer(step: Step, data: Data, program: Program) -> Vector:
    """Write Normalizer: each row divided by its norm."""
    return normed(program.numbers_of(data, step), program, step.estimator.norm)


def principal_axes(step: Step, data: Data, program: Program) -> Vector:
    """Write PCA."""
    pca = step.estimator
    weights = step.finite(pca.components_).T
    if pca.whiten:
        spread = np.sqrt(step.finite(pca.explained_variance_))
        weights = weights / np.maximum(spread, np.finfo(spread.dtype).eps)
    mean = np.zeros(len(weights)) if pca.mean_ is None else step.finite(pca.mean_)
    # the mean goes first: in single precision, x W less mean W would leave little of large numbers
    centred = scaled(step, data, program, mean, None) if mean.any() else data
    return product(step, centred, program, weights, np.zeros(weights.shape[1]))


def singular_vectors(step: Step, data: Data, program: Program) -> Vector:
    """Write TruncatedSVD."""
    weights = step.finite(step.estimator.components_).T
    return product(step, data, program, weights, np.zeros(weights.shape[1]))


def product(
    step: Step, data: Data, program: Program, weights: NDArray[np.float64], bias: NDArray[np.float64]
) -> Vector:
    """Put off x W + b. Where a product is pending already, the two become one if that takes fewer numbers."""
    vector = data if isinstance(data, Vector) else program.numbers_of(data, step)
    if vector.width != len(weights):
        step.refuse(f"it takes {len(weights)} columns and gets {vector.width}")
    before = vector.pending
    if before is not None:
        apart = before.weights.size + weights.size
        if before.weights.shape[0] * weights.shape[1] <= apart:
            return Vector(vector.start, vector.length, Dense(before.weights @ weights, before.bias @ weights + bias))
        vector = program.settled(vector)
    return Vector(vector.start, vector.length, Dense(weights, bias))


def chosen(step: Step, data: Data, program: Program) -> Vector:
    """Write a choice of columns that the step supports."""
    return _kept(step, data, program, np.flatnonzero(step.estimator.get_support()))


def kept(step: Step, data: Data, program: Program) -> Vector:
    """Write a choice of columns by their places."""
    return _kept(step, data, program, np.asarray(step.estimator.columns))


def _kept(step: Step, data: Data, program: Program, places: NDArray[np.intp]) -> Vector:
    vector = data if isinstance(data, Vector) else program.numbers_of(data, step)
    if vector.pending is not None:
        layer = vector.pending
        return Vector(vector.start, vector.length, Dense(layer.weights[:, places], layer.bias[places]))
    made = program.vector(len(places))
    program.need("gather")
    program.say(f"gather({vector.code}, {program.table(places, 'uint32_t')}, {made.code}, {made.length});")
    program.done_with(vector)
    return made


def image_to_matrix(step: Step, data: Data, program: Program) -> Vector:
    """Write the division of pixels; they come row by row already."""
    vector = program.numbers_of(data, step)
    if vector.length != math.prod(step.estimator.image_shape_):
        step.refuse(f"it takes images of shape {tuple(step.estimator.image_shape_)}, not {vector.length} numbers")
    return divided(vector, program, float(step.estimator.scale_))


def divided(vector: Vector, program: Program, by: float) -> Vector:
    """Write the division of all numbers by one."""
    program.need("divide")
    program.say(f"divide({vector.code}, {vector.length}, (real){by!r});")
    return vector


def normalise(step: Step, data: Data, program: Program) -> Vector:
    """Write the division of pixels by what a full one counts."""
    if step.estimator.by != "range":
        step.refuse(f"by: {step.estimator.by} has no C yet", "Use by: range, or the exporter 'skops'.")
    return divided(program.numbers_of(data, step), program, float(step.estimator.full))


def unchanged(step: Step, data: Data, program: Program) -> Data:
    """Write nothing: rows come laid out already, or only targets are meant."""
    del step, program
    return data
