"""Converters of transforms of categories: a column for each, or a number for each.

A category that is a text is found by its text, one that is a number by its value; a missing one is a category where
it was one in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from runner_builtin.onnx.features import MISSING, Features, NotConvertible, Table, Tensor, beside, columns_of
from runner_builtin.onnx.graph import Graph

#: The place of a category that is not known.
_NONE = -1


def one_hot(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a OneHotEncoder."""
    if step.handle_unknown == "error":
        raise NotConvertible(
            "handle_unknown 'error' stops at a new category, and a graph cannot stop; 'ignore' can be converted"
        )
    parts, gone = [], step._drop_idx_after_grouping
    for place, (column, known) in enumerate(
        zip(_given(features, step, graph).values(), step.categories_, strict=True)
    ):
        shared = _shared(step, place, known)
        width = max(shared) + 1 if shared else len(known)
        unknown = width - 1 if step.handle_unknown != "ignore" and _infrequent(step, place) is not None else -1
        numbers = graph.node("Reshape", _numbered(column, known, graph), graph.constant([-1, 1]))
        numbers = graph.looked_up(numbers, dict(enumerate(shared)), unknown)
        kept = [number for number in range(width) if gone is None or number != gone[place]]
        hot = graph.cast(graph.node("Equal", numbers, graph.constant([kept])), "double")
        parts.append(Tensor(hot, "double", (len(kept),)))
    return beside(parts, tuple(map(str, step.get_feature_names_out())), graph)


def ordinal(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert an OrdinalEncoder."""
    if step.handle_unknown == "error":
        raise NotConvertible("handle_unknown 'error' stops at a new category, and a graph cannot stop")
    parts = []
    for place, (column, known) in enumerate(
        zip(_given(features, step, graph).values(), step.categories_, strict=True)
    ):
        shared = _shared(step, place, known)
        values = [float(number) for number in shared]
        values = [
            float(step.encoded_missing_value) if _is_missing(k) else v for k, v in zip(known, values, strict=True)
        ]
        unknown = float(step.unknown_value if step.unknown_value is not None else np.nan)
        parts.append(_valued(column, known, [values], [unknown], graph))
    return beside(parts, tuple(map(str, step.get_feature_names_out())), graph)


def frequencies(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `frequency`: each category's share of the training rows."""
    parts = []
    encoder = step.encoder_
    for column, known, shares in zip(
        _given(features, encoder, graph).values(), encoder.categories_, step.shares_, strict=True
    ):
        values = [float(shares[-1]) if _is_missing(one) else float(shares[place]) for place, one in enumerate(known)]
        parts.append(_valued(column, known, [values], [0.0], graph))
    return beside(parts, tuple(map(str, step.get_feature_names_out())), graph)


def target_means(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `target_encoding`: the target's mean among each category's rows, for several classes one each."""
    encoder = step.encoder_
    columns = [*_given(features, encoder, graph).values()]
    several = encoder.target_type_ == "multiclass"
    classes = len(encoder.classes_) if several else 1
    parts = []
    for place, (column, known) in enumerate(zip(columns, encoder.categories_, strict=True)):
        encodings = [list(map(float, encoder.encodings_[place * classes + number])) for number in range(classes)]
        means = np.broadcast_to(np.asarray(encoder.target_mean_, dtype=np.float64), (classes,)).tolist()
        parts.append(_valued(column, known, encodings, means, graph))
    return beside(parts, tuple(map(str, step.get_feature_names_out())), graph)


def _given(features: Features, step: Any, graph: Graph) -> Table:
    """Return the columns that an encoder learned, in its order."""
    if isinstance(features, Tensor) and features.kind == "text" and features.shape in ((), (1,)):
        return {"texts": features}
    if isinstance(features, Tensor) and features.names is None:
        return {
            str(place): Tensor(graph.taken(features.name, graph.constant([place]), 1), features.kind, (1,))
            for place in range(features.shape[0])
        }
    table = columns_of(features, graph)
    names = getattr(step, "feature_names_in_", None)
    return table if names is None else {str(name): table[str(name)] for name in names}


def _is_missing(category: Any) -> bool:
    return category is None or category != category


def _infrequent(step: Any, place: int) -> Any:
    if not getattr(step, "_infrequent_enabled", False):
        return None
    return step._infrequent_indices[place]


def _shared(step: Any, place: int, known: Sequence[Any]) -> list[int]:
    """Return the number of each category, rare ones sharing the last."""
    mapping = step._default_to_infrequent_mappings[place] if _infrequent(step, place) is not None else None
    if mapping is None:
        return list(range(len(known)))
    shared = [int(number) for number in mapping]
    # a missing one, which stands last, may be counted apart from the others
    return [*shared, *range(max(shared) + 1, max(shared) + 1 + len(known) - len(shared))]


def _numbered(column: Tensor, known: Sequence[Any], graph: Graph) -> str:
    """Return each row's place among the known categories, -1 for others. (n, 1)."""
    if column.kind == "text":
        return graph.numbered(column.name, _texts(known), _NONE)
    numbers = column.name if column.kind == "double" else graph.cast(column.name, "double")
    present = [(place, float(value)) for place, value in enumerate(known) if not _is_missing(value)]
    equal = graph.node("Equal", numbers, graph.constant([[value for _, value in present]], np.float64))
    hits = graph.node("Mul", graph.cast(equal, "int64"), graph.constant([[place - _NONE for place, _ in present]]))
    found = graph.node("Add", graph.node("ReduceSum", hits, graph.constant([1]), keepdims=1), graph.constant(_NONE))
    gap = next((place for place, value in enumerate(known) if _is_missing(value)), None)
    if gap is None:
        return found
    return graph.node("Where", graph.node("IsNaN", numbers), graph.constant(gap), found)


def _texts(known: Sequence[Any]) -> dict[str, int]:
    table = {}
    for place, category in enumerate(known):
        if _is_missing(category):
            table[MISSING] = place
        elif isinstance(category, str):
            table[str(category)] = place
        else:
            raise NotConvertible(
                f"it learned the category {category!r}, which is neither a text nor in a column of numbers"
            )
    return table


def _valued(
    column: Tensor, known: Sequence[Any], values: Sequence[Sequence[float]], unknown: Sequence[float], graph: Graph
) -> Tensor:
    """Give each category its numbers. values: by number, then by category; unknown: by number."""
    places = graph.node("Reshape", _numbered(column, known, graph), graph.constant([-1]))
    rows = np.vstack([np.asarray(values, dtype=np.float64).reshape(len(values), len(known)).T, [unknown]])
    table = graph.constant(rows)
    last = graph.constant(len(known))
    found = graph.node("Where", graph.node("Less", places, graph.constant(0)), last, places)
    return Tensor(graph.taken(table, found), "double", (len(values),))
