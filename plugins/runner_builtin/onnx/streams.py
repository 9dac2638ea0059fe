"""Runs of whole numbers, one after the other: of characters, of words. What graphs of texts are made of."""

from __future__ import annotations

from dataclasses import dataclass

from runner_builtin.onnx.graph import Graph


@dataclass(frozen=True)
class Stream:
    """What all texts of a batch are made of, in order. codes, rows: (n_items,); rows: of the text, ascending.

    groups: (n_items,) what an n-gram must not reach beyond, ascending; the text where nothing narrower is said.
    """

    codes: str
    rows: str
    groups: str


def length(tensor: str, graph: Graph) -> str:
    """Return how many items there are, as a tensor of shape ()."""
    return graph.node("Squeeze", graph.node("Shape", tensor), graph.constant([0]))


def numbers_below(count: str, graph: Graph) -> str:
    """Return 0, 1, …, count - 1."""
    return graph.node("Range", graph.constant(0), count, graph.constant(1))


def zeros(count: str, graph: Graph) -> str:
    """Return so many zeros, whole numbers."""
    return graph.node("Expand", graph.constant([0]), graph.node("Unsqueeze", count, graph.constant([0])))


def sliced(tensor: str, first: int, last: int | None, graph: Graph) -> str:
    """Return items from one place to another, as Python slices."""
    end = 2**62 if last is None else last
    return graph.node("Slice", tensor, graph.constant([first]), graph.constant([end]), graph.constant([0]))


def before(tensor: str, graph: Graph) -> str:
    """Return each item's predecessor, 0 before the first."""
    return graph.node("Concat", graph.constant([0]), sliced(tensor, 0, -1, graph), axis=0)


def after(tensor: str, graph: Graph) -> str:
    """Return each item's successor, 0 behind the last; of no item, none."""
    shifted = graph.node("Concat", sliced(tensor, 1, None, graph), graph.constant([0]), axis=0)
    return graph.node("Slice", shifted, graph.constant([0]), graph.node("Shape", tensor), graph.constant([0]))


def places(mask: str, graph: Graph) -> str:
    """Return the positions where a mask is true."""
    return graph.node("Squeeze", graph.node("NonZero", mask), graph.constant([0]))


def whole(mask: str, graph: Graph) -> str:
    """Return a mask as 0 and 1."""
    return graph.cast(mask, "int64")


def added_up(numbers: str, graph: Graph) -> str:
    """Return running sums, each with the item itself."""
    return graph.node("CumSum", numbers, graph.constant(0))


def sums(numbers: str, owners: str, count: str, graph: Graph) -> str:
    """Add numbers up by owner, (count,)."""
    return graph.node("ScatterElements", zeros(count, graph), owners, numbers, axis=0, reduction="add")


def spread(lengths: str, graph: Graph) -> tuple[str, str]:
    """Give each item as many places as it wants, 0 included: (item at each place, how far in the item it is)."""
    ends = added_up(lengths, graph)
    starts = graph.node("Sub", ends, lengths)
    total = graph.node("ReduceSum", lengths, keepdims=0)
    room = graph.node("Add", total, graph.constant(1))
    ones = graph.node("Add", graph.node("Mul", lengths, graph.constant(0)), graph.constant(1))
    begun = added_up(sums(ones, starts, room, graph), graph)
    item = graph.node("Sub", sliced(begun, 0, -1, graph), graph.constant(1))
    return item, graph.node("Sub", numbers_below(total, graph), graph.taken(starts, item))
