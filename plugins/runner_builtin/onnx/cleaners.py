"""Converters of what repairs new rows first: gaps filled, bounds, rare categories, columns left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from runner_builtin.onnx.converting import Conversion, nesting
from runner_builtin.onnx.features import MISSING, Features, NotConvertible, Table, Tensor, matrix
from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.numbers import clipped


@nesting
def repaired(step: Any, features: Features, conversion: Conversion) -> Features:
    """Convert `Repair`: one cleaner after the other."""
    for cleaner in step.cleaners:
        try:
            features = conversion.step(cleaner, features)
        except NotConvertible as error:
            raise NotConvertible(f"its cleaner {type(cleaner).__name__}: {error}") from error
    return features


def filled_in(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `fill_missing`."""
    if isinstance(features, Tensor):
        gaps = graph.node("IsNaN", features.name)
        filling = graph.constant(np.asarray(step.filling_, dtype=np.float64))
        return replace(features, name=graph.node("Where", gaps, filling, features.name))
    return {
        **features,
        **{str(name): _filled(features[str(name)], value, graph) for name, value in step.filling_.items()},
    }


def allowed(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `allowed_values`: numbers and texts that are not allowed become gaps.

    Where they would be an error, a number that becomes a gap is answered by no model that wants all its numbers.
    """
    made = dict(_table(features))
    for name, rule in step.values.items():
        column = made[name]
        if column.kind == "text":
            if step.action == "error" or not isinstance(rule, list):
                raise NotConvertible(
                    "it stops at a text that is not allowed, and a graph cannot stop; 'action: missing' can be"
                )
            kept = {text: text for text in rule if isinstance(text, str)}
            made[name] = replace(column, name=graph.reworded(column.name, kept, MISSING), gaps=name)
            continue
        made[name] = replace(column, name=_gapped(column.name, rule, graph))
    return made


def unchanged(step: Any, features: Features, graph: Graph) -> Features:
    """Convert a cleaner of targets, of which new rows have none."""
    del step, graph
    return features


def bounded(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `clip`."""
    lower, upper = step.bounds_ if step.learns else (step.lower, step.upper)
    if not isinstance(features, Tensor) and set(_clipped_names(step, features)) == set(features):
        # of one block it takes a few operations, of each column as many
        names = _clipped_names(step, features)
        lower, upper = (_in_order(bound, names, [*features]) for bound in (lower, upper))
        features = matrix(features, graph)
    if isinstance(features, Tensor):
        size = features.shape
        bounds = [
            None if b is None else np.broadcast_to(np.ravel(b), (int(np.prod(size)),)).reshape(size)
            for b in (lower, upper)
        ]
        return replace(features, name=clipped(features.name, *bounds, graph))
    names = _clipped_names(step, features)
    made = dict(features)
    for place, name in enumerate(names):
        ends = [
            None if b is None else float(np.broadcast_to(np.ravel(b), (len(names),))[place]) for b in (lower, upper)
        ]
        made[name] = replace(made[name], name=clipped(made[name].name, *ends, graph))
    return made


def gathered(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `rare_categories`."""
    made = dict(_table(features))
    for name, frequent in step.frequent_.items():
        kept = {text: text for text in (*frequent, step.label, MISSING)}
        made[name] = replace(made[name], name=graph.reworded(made[name].name, kept, step.label))
    return made


def without_named(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `drop_columns`."""
    del graph
    names = step.names_ if step.learns else step.columns
    return _without(features, [names] if isinstance(names, str) else list(names))


def without_constant(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `drop_constant_columns`."""
    if isinstance(features, Tensor):
        kept = [place for place in range(features.shape[0]) if place not in set(step.constant_)]
        return Tensor(graph.taken(features.name, graph.constant(kept), 1), features.kind, (len(kept),))
    return _without(features, step.constant_)


def without_leaking(step: Any, features: Features, graph: Graph) -> Features:
    """Convert `drop_leaking_columns`."""
    del graph
    return _without(features, step.dropped_)


def _without(features: Features, names: list[Any]) -> Features:
    gone = set(map(str, names))
    return {name: column for name, column in _table(features).items() if name not in gone}


def _table(features: Features) -> Table:
    if isinstance(features, Tensor):
        raise NotConvertible("it is given no table")
    return features


def _filled(column: Tensor, value: Any, graph: Graph) -> Tensor:
    if isinstance(value, str) != (column.kind == "text"):
        raise NotConvertible(f"it fills a column of {'texts' if column.kind == 'text' else 'numbers'} with {value!r}")
    if isinstance(value, str):
        gaps = graph.node("Equal", column.name, graph.constant([MISSING], dtype=object))
        made = graph.node("Where", gaps, graph.constant([value], dtype=object), column.name)
        return replace(column, name=made, gaps=None)
    made = graph.node("Where", graph.node("IsNaN", column.name), graph.constant(float(value)), column.name)
    return replace(column, name=made)


def _gapped(column: str, rule: Any, graph: Graph) -> str:
    """Blank out the numbers that a rule does not allow."""
    gap = graph.constant(np.nan, np.float64)
    if isinstance(rule, list):
        values = [float(value) for value in rule if not isinstance(value, bool | str)]
        hits = graph.cast(graph.node("Equal", column, graph.constant([values], np.float64)), "int64")
        met = graph.cast(graph.node("ReduceSum", hits, graph.constant([1]), keepdims=1), "bool")
        return graph.node("Where", met, column, gap)
    for op, end in (("Less", rule.get("min")), ("Greater", rule.get("max"))):
        if end is not None:
            column = graph.node("Where", graph.node(op, column, graph.constant(float(end))), gap, column)
    return column


def _in_order(bound: Any, names: list[str], wanted: list[str]) -> Any:
    """Return bounds of columns in another order."""
    if bound is None or not np.ndim(bound):
        return bound
    return np.asarray(bound)[[names.index(name) for name in wanted]]


def _clipped_names(step: Any, features: Table) -> list[str]:
    """Name the columns that are clipped, as `clip` chose them when it was fitted, or all of numbers."""
    if step.learns or isinstance(step.columns, list | tuple):
        return [str(name) for name in step.columns]
    if isinstance(step.columns, str):
        return [step.columns]
    if step.columns is None:
        return [name for name, column in features.items() if column.kind != "text"]
    raise NotConvertible("it chooses columns by type or pattern anew for every table; name them")
