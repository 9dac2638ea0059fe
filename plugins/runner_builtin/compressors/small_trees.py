"""Decision trees with branches folded into leaves: less deep, or with fewer leaves.

A branch becomes a leaf that answers with the mean of its leaves, weighted by the training rows that reached each. A
tree of scikit-learn is built anew from the arrays it is saved as; the one given stays as it is.
"""

from __future__ import annotations

import copy
import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_LEAF = -1


def limited(estimator: Any, max_depth: int | None, max_leaves: int | None) -> Any:
    """Return a copy of a fitted decision tree with a smaller `tree_`; the very one where it is small enough."""
    tree = estimator.tree_
    folded = np.zeros(tree.node_count, dtype=bool)
    if max_depth is not None:
        folded |= _depths(tree) >= max_depth
    if max_leaves is not None:
        folded |= _beyond(tree, max_leaves, folded)
    folded &= tree.children_left != _LEAF
    if not folded.any():
        return estimator
    smaller = copy.copy(estimator)
    smaller.tree_ = _rebuilt(tree, folded)
    return smaller


def _depths(tree: Any) -> Array:
    """Return the depth of each node; a parent always comes before its children."""
    depths = np.zeros(tree.node_count, dtype=np.intp)
    for node in range(tree.node_count):
        for child in (tree.children_left[node], tree.children_right[node]):
            if child != _LEAF:
                depths[child] = depths[node] + 1
    return depths


def _beyond(tree: Any, max_leaves: int, folded: Array) -> Array:
    """Choose the branches to fold, so that so many leaves are left: the one that parts its rows least comes first."""
    left, right = tree.children_left.copy(), tree.children_right.copy()
    left[folded], right[folded] = _LEAF, _LEAF
    reached = np.zeros(tree.node_count, dtype=bool)
    parent = np.full(tree.node_count, -1, dtype=np.intp)
    waiting = [0]
    while waiting:
        node = waiting.pop()
        reached[node] = True
        if left[node] != _LEAF:
            for child in (int(left[node]), int(right[node])):
                parent[child] = node
                waiting.append(child)
    n_leaves = int((reached & (left == _LEAF)).sum())
    gains = _gains(tree)
    found = np.zeros(tree.node_count, dtype=bool)

    def is_fork(node: int) -> bool:
        return bool(left[node] != _LEAF and left[left[node]] == _LEAF and left[right[node]] == _LEAF)

    heap = [(gains[node], int(node)) for node in np.flatnonzero(reached) if is_fork(int(node))]
    heapq.heapify(heap)
    while n_leaves > max_leaves and heap:
        _, node = heapq.heappop(heap)
        found[node] = True
        left[node], right[node], n_leaves = _LEAF, _LEAF, n_leaves - 1
        above = int(parent[node])
        if above >= 0 and is_fork(above):
            heapq.heappush(heap, (gains[above], above))
    return found


def _gains(tree: Any) -> Array:
    """Return by how much each split lowers the impurity, weighted by the rows it parts; 0 for leaves."""
    held = tree.weighted_n_node_samples * tree.impurity
    inner = tree.children_left != _LEAF
    gains = np.zeros(tree.node_count)
    gains[inner] = held[inner] - held[tree.children_left[inner]] - held[tree.children_right[inner]]
    return gains


def _rebuilt(tree: Any, folded: Array) -> Any:
    """Return a tree without the branches below the folded nodes."""
    state = tree.__getstate__()
    values = _mean_values(tree)
    order: list[int] = []
    waiting = [0]
    while waiting:  # depth first, left before right, as scikit-learn numbers its nodes
        node = waiting.pop()
        order.append(node)
        if not folded[node] and tree.children_left[node] != _LEAF:
            waiting += [int(tree.children_right[node]), int(tree.children_left[node])]
    place = np.full(tree.node_count, _LEAF, dtype=np.intp)
    place[order] = np.arange(len(order))
    nodes = state["nodes"][order].copy()
    inner = nodes["left_child"] != _LEAF
    inner &= ~folded[order]
    nodes["left_child"] = np.where(inner, place[nodes["left_child"]], _LEAF)
    nodes["right_child"] = np.where(inner, place[nodes["right_child"]], _LEAF)
    nodes["feature"] = np.where(inner, nodes["feature"], -2)
    nodes["threshold"] = np.where(inner, nodes["threshold"], -2.0)
    made = type(tree)(tree.n_features, np.asarray(tree.n_classes, dtype=np.intp), tree.n_outputs)
    depth = int(_depths(tree)[order].max())
    made.__setstate__(
        {
            **state,
            "max_depth": depth,
            "node_count": len(order),
            "nodes": nodes,
            "values": np.ascontiguousarray(values[order]),
        }
    )
    return made


def _mean_values(tree: Any) -> Array:
    """Return what each node answers: of a branch the weighted mean of its leaves, children before parents."""
    values, weights = tree.value.copy(), tree.weighted_n_node_samples
    for node in range(tree.node_count - 1, -1, -1):
        left, right = tree.children_left[node], tree.children_right[node]
        if left != _LEAF:
            share = weights[left] / (weights[left] + weights[right])
            values[node] = share * values[left] + (1 - share) * values[right]
    return values
