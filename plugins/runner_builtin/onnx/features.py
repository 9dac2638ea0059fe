"""What flows through a graph on its way to the model, and what the model answers.

Numbers are `double` until a model takes them, which is where they become 32 bits wide: scales and offsets are
reckoned before anything is lost. A text that is missing is `MISSING`, for a tensor of texts has no gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from runner_builtin.onnx.graph import Graph

#: Stands for a missing text: a code point that Unicode keeps from ever being a character.
MISSING = "\ufdd0"
Kind = Literal["text", "double", "float", "int64"]


class NotConvertible(Exception):
    """A step that a graph cannot say. Its text says why, and ends without a full stop."""


@dataclass(frozen=True)
class Tensor:
    """Rows of values. shape: of one row. names: of its columns, where they are known.

    gaps: of texts, the input column that may be missing in it; None once every gap is filled. offset: of numbers
    that are far from zero for their spread, about where they are, (n_columns,).
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    gaps: str | None = None
    offset: tuple[float, ...] | None = None


#: A table: column by column, each of shape (1,).
Table = Mapping[str, Tensor]
Features = Tensor | Table


@dataclass(frozen=True)
class Answer:
    """What a model says of rows. A classifier gives scores, probabilities or both; a regression gives values.

    scores: (n, 1) for two classes, above 0 for the second, else (n, n_classes). probabilities: (n, n_classes).
    position: (n,) of the class that is said, where it is not the one of the largest. labels: (n,), where they
    come as such. values: (n, n_targets).
    """

    scores: str | None = None
    probabilities: str | None = None
    position: str | None = None
    labels: str | None = None
    values: str | None = None


def matrix(features: Features, graph: Graph) -> Tensor:
    """Return features as one tensor of numbers, (n, n_columns). Raises NotConvertible for texts and images."""
    if isinstance(features, Tensor):
        if features.kind == "text" or len(features.shape) != 1:
            what = "texts" if features.kind == "text" else f"rows of shape {features.shape}"
            raise NotConvertible(f"it is given {what} where numbers in columns are expected")
        return features
    texts = [name for name, column in features.items() if column.kind == "text"]
    if texts:
        raise NotConvertible(f"the columns {', '.join(map(repr, texts[:5]))} of texts reach it")
    return beside([*features.values()], tuple(features), graph)


def beside(parts: Sequence[Tensor], names: tuple[str, ...] | None, graph: Graph) -> Tensor:
    """Put tensors of numbers beside each other."""
    kind: Kind = "double" if any(part.kind != "float" for part in parts) else "float"
    aligned = [part.name if part.kind == kind else graph.cast(part.name, kind) for part in parts]
    return Tensor(graph.joined(aligned, axis=1), kind, (sum(part.shape[0] for part in parts),), names)


def as_float(tensor: Tensor, graph: Graph) -> Tensor:
    """Return the numbers 32 bits wide, as models are written."""
    return tensor if tensor.kind == "float" else replace(tensor, name=graph.cast(tensor.name, "float"), kind="float")


def as_double(tensor: Tensor, graph: Graph) -> Tensor:
    """Return the numbers 64 bits wide."""
    if tensor.kind == "double":
        return tensor
    return replace(tensor, name=graph.cast(tensor.name, "double"), kind="double")


def columns_of(features: Features, graph: Graph) -> dict[str, Tensor]:
    """Return features column by column. Raises NotConvertible where the columns have no names."""
    if not isinstance(features, Tensor):
        return dict(features)
    if features.names is None:
        raise NotConvertible("it chooses columns by name, and those that reach it have none")
    return {
        name: Tensor(graph.taken(features.name, graph.constant([place]), 1), features.kind, (1,), (name,))
        for place, name in enumerate(features.names)
    }


def one_text(features: Features) -> Tensor:
    """Return the one column of texts that a text step takes. Raises NotConvertible for anything else."""
    if isinstance(features, Tensor):
        column = features
    elif len(features) == 1:
        (column,) = features.values()
    else:
        raise NotConvertible(f"it takes one column of texts and is given {len(features)}")
    if column.kind != "text" or column.shape not in ((), (1,)):
        raise NotConvertible("it is given no column of texts")
    return column


def filled(tensor: Tensor, graph: Graph) -> Tensor:
    """Note that nobody fills the gaps of these texts: whoever asks must give one in every row."""
    if tensor.gaps is not None and tensor.gaps not in graph.required:
        graph.required.append(tensor.gaps)
    return tensor
