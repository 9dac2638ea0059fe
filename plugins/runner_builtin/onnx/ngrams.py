"""Runs of neighbouring words or characters, looked up as in a tree: each step leads to the run that is one longer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.streams import Stream, length, places, sliced, sums

#: Symbols from the first on -> the column of the term.
Terms = Mapping[tuple[int, ...], int]
#: The beginnings of terms that have one size, numbered.
Level = Mapping[tuple[int, ...], int]


def term_counts(
    stream: Stream, terms: Terms, sizes: tuple[int, int], n_symbols: int, n_rows: str, graph: Graph,
    *, n_terms: int, whole_groups: bool = False,
) -> str:  # fmt: skip
    """Count terms, (n_rows, n_terms), floats. sizes: of the runs, from and to. n_symbols: above every symbol.
    n_terms: how many columns there are, with those of terms that can never be met.

    whole_groups: a group shorter than the shortest run counts as a run of its own, once.
    """
    shortest, longest = sizes
    tree = _tree(terms)
    rows, columns = [], []
    node, groups = stream.codes, stream.groups
    for size in range(1, min(longest, len(tree)) + 1):
        if size > 1:
            node = _longer(stream, node, tree[size - 2], tree[size - 1], size, n_symbols, graph)
            groups = sliced(stream.groups, 0, 1 - size, graph)
        column = graph.looked_up(node, _columns(terms, tree, size), -1)
        if size < shortest:
            if not whole_groups:
                continue
            column = _if_alone(column, groups, stream.groups, size, graph)
        met = places(graph.node("GreaterOrEqual", column, graph.constant(0)), graph)
        rows.append(graph.taken(sliced(stream.rows, 0, 1 - size or None, graph), met))
        columns.append(graph.taken(column, met))
    return _counted(rows, columns, n_terms, n_rows, graph)


def _tree(terms: Terms) -> list[Level]:
    """Number all beginnings of terms, by their size; those of size 1 by their symbol."""
    deepest = max(map(len, terms), default=0)
    tree: list[Level] = []
    for size in range(1, deepest + 1):
        begun = sorted({term[:size] for term in terms if len(term) >= size})
        tree.append({run: run[0] if size == 1 else number for number, run in enumerate(begun, 1)})
    return tree


def _longer(stream: Stream, node: str, shorter: Level, level: Level, size: int, base: int, graph: Graph) -> str:
    """Go one symbol further from each place; 0 where no term goes on so, or the group ends."""
    symbol = sliced(stream.codes, size - 1, None, graph)
    key = graph.node("Add", graph.node("Mul", sliced(node, 0, -1, graph), graph.constant(base)), symbol)
    ahead = {shorter[run[:-1]] * base + run[-1]: number for run, number in level.items()}
    reached = graph.looked_up(key, ahead)
    same = graph.node(
        "Equal", sliced(stream.groups, 0, 1 - size, graph), sliced(stream.groups, size - 1, None, graph)
    )
    return graph.node("Where", same, reached, graph.constant(0))


def _columns(terms: Terms, tree: list[Level], size: int) -> dict[int, int]:
    return {tree[size - 1][term]: column for term, column in terms.items() if len(term) == size}


def _if_alone(column: str, groups: str, all_groups: str, size: int, graph: Graph) -> str:
    """Keep the column where the group is just as long as the run."""
    ones = graph.node("Add", graph.node("Mul", all_groups, graph.constant(0)), graph.constant(1))
    # a group has one place at least, so there are no more groups than places
    sizes = sums(ones, all_groups, length(all_groups, graph), graph)
    alone = graph.node("Equal", graph.taken(sizes, groups), graph.constant(size))
    return graph.node("Where", alone, column, graph.constant(-1))


def _counted(rows: list[str], columns: list[str], n_terms: int, n_rows: str, graph: Graph) -> str:
    shape = graph.node(
        "Concat", graph.node("Unsqueeze", n_rows, graph.constant([0])), graph.constant([n_terms]), axis=0
    )
    empty = graph.node("Expand", graph.constant([0.0], dtype=np.float32), shape)
    if not rows:
        return empty
    row, column = graph.joined(rows, 0), graph.joined(columns, 0)
    pairs = [graph.node("Unsqueeze", one, graph.constant([1])) for one in (row, column)]
    where = graph.node("Concat", *pairs, axis=1)
    ones = graph.cast(graph.node("GreaterOrEqual", column, graph.constant(0)), "float")
    return graph.node("ScatterND", empty, where, ones, reduction="add")
