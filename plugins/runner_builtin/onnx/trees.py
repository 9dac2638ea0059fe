"""Converters of boosted trees over histograms, whose splits compare 64-bit numbers and know where gaps go."""

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


def _raw(step: Any, features: Features, graph: Graph) -> str:
    """Return the sums of the leaves, (n, n_outputs), 64 bits wide."""
    from onnx import numpy_helper

    if getattr(step, "is_categorical_", None) is not None:
        raise NotConvertible("it splits categories by itself, for which there is no converter; use 'one_hot' before it")
    given, outputs = as_double(matrix(features, graph), graph), step.n_trees_per_iteration_
    table = _Nodes()
    for round_ in step._predictors:
        for output, tree in enumerate(round_):
            table.add(tree.nodes, output)
    base = np.ravel(step._baseline_prediction)
    attributes = {name: values for name, values in vars(table).items() if name not in ("trees", "thresholds", "weights")}
    made = graph.node(
        "TreeEnsembleRegressor", given.name, domain=ML, n_targets=outputs, aggregate_function="SUM",
        post_transform="NONE",
        nodes_values_as_tensor=numpy_helper.from_array(np.asarray(table.thresholds, dtype=np.float64), "thresholds"),
        target_weights_as_tensor=numpy_helper.from_array(np.asarray(table.weights, dtype=np.float64), "weights"),
        **attributes,
    )  # fmt: skip
    return graph.node("Add", graph.cast(made, "double"), graph.constant(base, np.float64))


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

    def add(self, nodes: Any, output: int) -> None:
        """Take in one tree. nodes: scikit-learn's record of each."""
        for place, node in enumerate(nodes):
            leaf = bool(node["is_leaf"])
            self.nodes_treeids.append(self.trees)
            self.nodes_nodeids.append(place)
            self.nodes_featureids.append(0 if leaf else int(node["feature_idx"]))
            self.nodes_modes.append("LEAF" if leaf else "BRANCH_LEQ")
            self.nodes_truenodeids.append(0 if leaf else int(node["left"]))
            self.nodes_falsenodeids.append(0 if leaf else int(node["right"]))
            self.nodes_missing_value_tracks_true.append(int(bool(node["missing_go_to_left"]) and not leaf))
            self.thresholds.append(0.0 if leaf else float(node["num_threshold"]))
            if leaf:
                self.target_treeids.append(self.trees)
                self.target_nodeids.append(place)
                self.target_ids.append(output)
                self.weights.append(float(node["value"]))
        self.trees += 1
