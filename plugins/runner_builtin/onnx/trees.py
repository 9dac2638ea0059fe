"""Converters of trees and of ensembles of them, whose splits compare 64-bit numbers and know where gaps go."""

from __future__ import annotations

from typing import Any

import numpy as np

from runner_builtin.onnx.features import Answer, Features, NotConvertible, as_double, matrix
from runner_builtin.onnx.graph import ML, Graph
from runner_builtin.onnx.linear import softmax


def boosted_classes(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a HistGradientBoostingClassifier."""
    raw = graph.cast(_raw(step, features, graph), "float")
    return Answer(raw, softmax(raw, step.n_trees_per_iteration_, graph))


def boosted_values(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a HistGradientBoostingRegressor."""
    raw = _raw(step, features, graph)
    return Answer(values=graph.node("Exp", raw) if step.loss in ("poisson", "gamma") else raw)


def forest_classes(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a tree, or a forest, that tells classes apart: the mean of what its leaves have seen."""
    return Answer(probabilities=graph.cast(_leaves(step, features, graph), "float"))


def forest_values(step: Any, features: Features, graph: Graph) -> Answer:
    """Convert a tree, or a forest, of values: the mean of its leaves."""
    return Answer(values=_leaves(step, features, graph))


def _leaves(step: Any, features: Features, graph: Graph) -> str:
    """Return the mean of the leaves that rows come to, (n, n_classes or n_targets)."""
    if step.n_outputs_ > 1 and hasattr(step, "classes_"):
        raise NotConvertible("it says several labels of each row")
    trees = [tree.tree_ for tree in getattr(step, "estimators_", [step])]
    # scikit-learn looks at numbers of 32 bits and compares them with thresholds of 64
    seen = graph.cast(graph.cast(matrix(features, graph).name, "float"), "double")
    table, sums = _Nodes(), []
    for tree in trees:
        values = tree.value[:, 0, :] if tree.n_outputs == 1 else tree.value[:, :, 0]
        if hasattr(step, "classes_"):
            values = values / values.sum(axis=1, keepdims=True)
        sums.append(values.mean(axis=0))
        table.add_tree(tree, values)
    # the middle stays 64 bits wide: what the operator adds up has 32
    middle = np.mean(sums, axis=0)
    table.weights = [
        (weight - middle[target]) / len(trees) for weight, target in zip(table.weights, table.target_ids, strict=True)
    ]
    return graph.node("Add", _summed(table, seen, len(middle), graph), graph.constant(middle, np.float64))


def _raw(step: Any, features: Features, graph: Graph) -> str:
    """Return the sums of the leaves, (n, n_outputs), 64 bits wide."""
    if getattr(step, "is_categorical_", None) is not None:
        raise NotConvertible(
            "it splits categories by itself, for which there is no converter; use 'one_hot' before it"
        )
    given, outputs = as_double(matrix(features, graph), graph), step.n_trees_per_iteration_
    table = _Nodes()
    for round_ in step._predictors:
        for output, tree in enumerate(round_):
            table.add_predictor(tree.nodes, output)
    base = graph.constant(np.ravel(step._baseline_prediction), np.float64)
    return graph.node("Add", _summed(table, given.name, outputs, graph), base)


def _summed(table: _Nodes, rows: str, outputs: int, graph: Graph) -> str:
    from onnx import numpy_helper

    attributes = {
        name: values for name, values in vars(table).items() if name not in ("trees", "thresholds", "weights")
    }
    made = graph.node(
        "TreeEnsembleRegressor", rows, domain=ML, n_targets=outputs, aggregate_function="SUM", post_transform="NONE",
        nodes_values_as_tensor=numpy_helper.from_array(np.asarray(table.thresholds, dtype=np.float64), "thresholds"),
        target_weights_as_tensor=numpy_helper.from_array(np.asarray(table.weights, dtype=np.float64), "weights"),
        **attributes,
    )  # fmt: skip
    return graph.cast(made, "double")


class _Nodes:
    """The nodes of all trees, attribute by attribute, as the operator wants them."""

    def __init__(self) -> None:
        self.trees = 0
        self.thresholds: list[float] = []
        self.weights: list[float] = []
        self.nodes_treeids: list[int] = []
        self.nodes_nodeids: list[int] = []
        self.nodes_featureids: list[int] = []
        self.nodes_modes: list[str] = []
        self.nodes_truenodeids: list[int] = []
        self.nodes_falsenodeids: list[int] = []
        self.nodes_missing_value_tracks_true: list[int] = []
        self.target_treeids: list[int] = []
        self.target_nodeids: list[int] = []
        self.target_ids: list[int] = []

    def add_predictor(self, nodes: Any, output: int) -> None:
        """Take in a tree of a histogram booster. nodes: scikit-learn's record of each."""
        for place, node in enumerate(nodes):
            split = (
                None if node["is_leaf"] else (node["feature_idx"], node["num_threshold"], node["left"], node["right"])
            )
            self._add(place, split, bool(node["missing_go_to_left"]), [(output, float(node["value"]))])
        self.trees += 1

    def add_tree(self, tree: Any, values: Any) -> None:
        """Take in a tree. values: of its nodes, (n_nodes, n_outputs)."""
        for place in range(tree.node_count):
            left = int(tree.children_left[place])
            split = (
                None if left < 0 else (tree.feature[place], tree.threshold[place], left, tree.children_right[place])
            )
            self._add(place, split, bool(tree.missing_go_to_left[place]), list(enumerate(map(float, values[place]))))
        self.trees += 1

    def _add(self, place: int, split: tuple[Any, ...] | None, gaps_left: bool, leaf: list[tuple[int, float]]) -> None:
        feature, threshold, left, right = split or (0, 0.0, 0, 0)
        self.nodes_treeids.append(self.trees)
        self.nodes_nodeids.append(place)
        self.nodes_featureids.append(int(feature))
        self.nodes_modes.append("BRANCH_LEQ" if split else "LEAF")
        self.nodes_truenodeids.append(int(left))
        self.nodes_falsenodeids.append(int(right))
        self.nodes_missing_value_tracks_true.append(int(gaps_left and split is not None))
        self.thresholds.append(float(threshold))
        for output, weight in leaf if split is None else ():
            self.target_treeids.append(self.trees)
            self.target_nodeids.append(place)
            self.target_ids.append(output)
            self.weights.append(weight)
