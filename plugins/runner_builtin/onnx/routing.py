"""Converters of what sends columns to steps: pipelines, and the router that `columns:` makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runner_builtin.onnx.converting import Conversion, nesting
from runner_builtin.onnx.features import Answer, Features, NotConvertible, Table, Tensor, beside, columns_of


@nesting
def in_turn(step: Any, features: Features, conversion: Conversion) -> Features | Answer:
    """Convert a Pipeline."""
    return conversion.pipeline(step, features)


@nesting
def routed(step: Any, features: Features, conversion: Conversion) -> Features:
    """Convert a ColumnTransformer: the columns of each route through its step, then all beside each other."""
    table = _by_name(features, step, conversion)
    told = step.transformers_
    made: list[Features] = []
    for name, inner, columns in told:
        if inner == "drop":
            continue
        chosen = {column: table[column] for column in _names(columns, [*table])}
        if not chosen:
            continue
        made.append(chosen if _passes(inner) else conversion.named(name, inner, chosen))
    if any(isinstance(part, Answer) for part in made):
        raise NotConvertible("one of its routes ends in a model")
    if _is_named(step):
        return _as_table(made, [str(name) for name in step.get_feature_names_out()], conversion)
    return _as_matrix(made, conversion)


def _passes(inner: Any) -> bool:
    """Say whether columns go by untouched; scikit-learn puts a function that does nothing in their way."""
    return isinstance(inner, str) or (type(inner).__name__ == "FunctionTransformer" and inner.func is None)


def _is_named(step: Any) -> bool:
    return getattr(step, "_sklearn_output_config", {}).get("transform") == "pandas"


def _by_name(features: Features, step: Any, conversion: Conversion) -> dict[str, Tensor]:
    if isinstance(features, Tensor) and features.names is None:
        width = features.shape[0]
        named = Tensor(features.name, features.kind, features.shape, tuple(f"x{place}" for place in range(width)))
        return columns_of(named, conversion.graph)
    table = columns_of(features, conversion.graph)
    names = getattr(step, "feature_names_in_", None)
    return table if names is None else {str(name): table[str(name)] for name in names}


def _names(columns: Any, offered: Sequence[str]) -> list[str]:
    if isinstance(columns, str):
        return [columns]
    if isinstance(columns, slice):
        return list(offered[columns])
    listed = list(columns)
    if listed and all(isinstance(one, bool) for one in map(_plain, listed)):
        return [name for name, wanted in zip(offered, listed, strict=True) if wanted]
    return [offered[one] if isinstance(_plain(one), int) else str(one) for one in listed]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _as_table(made: Sequence[Features], names: Sequence[str], conversion: Conversion) -> Table:
    """Give every column the name that it has in Python."""
    columns: list[Tensor] = []
    for part in made:
        if isinstance(part, Tensor):
            width = part.shape[0]
            part = columns_of(
                Tensor(part.name, part.kind, part.shape, tuple(map(str, range(width)))), conversion.graph
            )
        columns += part.values()
    return dict(zip(names, columns, strict=True))


def _as_matrix(made: Sequence[Features], conversion: Conversion) -> Features:
    parts: list[Tensor] = []
    for part in made:
        parts += [part] if isinstance(part, Tensor) else part.values()
    if len(parts) > 1 and any(part.kind == "text" for part in parts):
        raise NotConvertible("columns of texts pass it by and would stand beside numbers; name them in a transform")
    return parts[0] if len(parts) == 1 else beside(parts, None, conversion.graph)
