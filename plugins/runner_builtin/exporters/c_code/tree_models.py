"""Trees: one, a forest's vote, or a boosted sum. Each tree is laid out so that the left child follows its parent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner_builtin.exporters.c_code.answers import Answer, classified, estimated
from runner_builtin.exporters.c_code.literals import numbers, wrapped
from runner_builtin.exporters.c_code.program import Data, Program, Step, Vector, in_8_bits


class _Nodes:
    """Nodes of many trees in a row. values: (n_leaves, n_outputs) of the leaves, in the order they were met."""

    def __init__(self) -> None:
        self.thresholds: list[float] = []
        self.features: list[int] = []
        self.nexts: list[int] = []
        self.roots: list[int] = []
        self.values: list[NDArray[np.float64]] = []

    def add(self, left: Any, right: Any, feature: Any, threshold: Any, missing_left: Any, values: Any) -> None:
        """Add a tree. left, right: children, those of a leaf below 0 or 0; values: (n_nodes, n_outputs)."""
        self.roots.append(len(self.nexts))
        waiting: list[tuple[int, int | None]] = [(0, None)]
        while waiting:
            at, parent = waiting.pop()
            place = len(self.nexts)
            if parent is not None:
                self.nexts[parent] = place
            if left[at] <= 0:
                self.thresholds.append(0.0)
                self.features.append(-1)
                self.nexts.append(len(self.values))
                self.values.append(np.asarray(values[at], dtype=np.float64))
                continue
            self.thresholds.append(float(threshold[at]))
            self.features.append(2 * int(feature[at]) + bool(missing_left[at]))
            self.nexts.append(0)
            waiting += [(int(right[at]), place), (int(left[at]), None)]

    def rows(self) -> NDArray[np.float64]:
        """Let leaves with equal values share a row, and return the rows."""
        rows, place = np.unique(np.asarray(self.values), axis=0, return_inverse=True)
        place = place.ravel()
        self.nexts = [
            int(place[after]) if feature < 0 else after
            for feature, after in zip(self.features, self.nexts, strict=True)
        ]
        return np.asarray(rows)


def _grown(tree: Any, scale: float = 1.0) -> tuple[Any, ...]:
    """Return the arrays of a scikit-learn tree."""
    values = tree.value.reshape(tree.node_count, -1) * scale
    missing = tree.__getstate__()["nodes"]["missing_go_to_left"]
    return tree.children_left, tree.children_right, tree.feature, tree.threshold, missing, values


def tree_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write one tree of classes."""
    return _classes_of(step, data, program, [step.estimator.tree_])


def forest_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write a forest of classes."""
    return _classes_of(step, data, program, [one.tree_ for one in step.estimator.estimators_])


def _classes_of(step: Step, data: Data, program: Program, trees: list[Any]) -> Answer:
    if step.estimator.n_outputs_ > 1:
        step.refuse("it has several targets of classes")
    nodes = _Nodes()
    for tree in trees:
        left, right, feature, threshold, missing, values = _grown(tree)
        sums = values.sum(axis=1, keepdims=True)
        nodes.add(left, right, feature, threshold, missing, values / np.where(sums > 0, sums, 1.0))
    shares = _vote(program, nodes, _narrowed(step, data, program))
    return classified(program, shares, step.estimator.classes_, "shares")


def tree_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write one tree of values."""
    return _values_of(step, data, program, [step.estimator.tree_])


def forest_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write a forest of values."""
    return _values_of(step, data, program, [one.tree_ for one in step.estimator.estimators_])


def _values_of(step: Step, data: Data, program: Program, trees: list[Any]) -> Answer:
    nodes = _Nodes()
    for tree in trees:
        nodes.add(*_grown(tree))
    return estimated(
        program, _vote(program, nodes, _narrowed(step, data, program)), flat=step.estimator.n_outputs_ == 1
    )


def boosted_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write GradientBoostingClassifier."""
    model = step.estimator
    doubled = 2.0 if model.loss == "exponential" else 1.0  # its probabilities are those of twice the score
    scores = _stages(step, data, program, doubled)
    return classified(program, scores, model.classes_, "softmax")


def boosted_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write GradientBoostingRegressor."""
    return estimated(program, _stages(step, data, program, 1.0), flat=True)


def _stages(step: Step, data: Data, program: Program, scale: float) -> Vector:
    model = step.estimator
    start = _start(step)
    nodes = _Nodes()
    for stage in model.estimators_:
        for one in stage:
            nodes.add(*_grown(one.tree_, model.learning_rate * scale))
    return _boost(program, nodes, _narrowed(step, data, program), start * scale)


def _start(step: Step) -> NDArray[np.float64]:
    """Return what boosting begins with: the same for every row, or there is no C for it."""
    model = step.estimator
    if not isinstance(model.init_, str) and not type(model.init_).__name__.startswith("Dummy"):
        step.refuse("it begins with another model (init)")
    probe = np.zeros((1, model.n_features_in_))
    start: NDArray[np.float64] = np.asarray(model._raw_predict_init(probe), dtype=np.float64)[0]
    return start


def histogram_classifier(step: Step, data: Data, program: Program) -> Answer:
    """Write HistGradientBoostingClassifier."""
    return classified(program, _histograms(step, data, program), step.estimator.classes_, "softmax")


def histogram_regressor(step: Step, data: Data, program: Program) -> Answer:
    """Write HistGradientBoostingRegressor."""
    logarithmic = step.estimator.loss in ("poisson", "gamma")
    return estimated(program, _histograms(step, data, program), flat=True, exponential=logarithmic)


def _histograms(step: Step, data: Data, program: Program) -> Vector:
    model = step.estimator
    categories = getattr(model, "is_categorical_", None)
    if categories is not None and np.any(categories):
        step.refuse("it splits categories", "Encode them by a transform before.")
    nodes = _Nodes()
    for stage in model._predictors:
        for predictor in stage:
            made = predictor.nodes
            left = np.where(made["is_leaf"], -1, made["left"].astype(np.int64))
            right = np.where(made["is_leaf"], -1, made["right"].astype(np.int64))
            columns = (made["feature_idx"], made["num_threshold"], made["missing_go_to_left"])
            nodes.add(left, right, *columns, made["value"][:, None])
    vector = program.numbers_of(data, step)
    start = np.asarray(model._baseline_prediction, dtype=np.float64).ravel()
    return _boost(program, nodes, vector, start, down=False)


def _narrowed(step: Step, data: Data, program: Program) -> Vector:
    """Write that trees see single precision, a missing number but no infinite one."""
    vector = program.numbers_of(data, step)
    program.need("single")
    program.say(f"if (!single({vector.code}, {vector.length})) return 0;")
    return vector


def _vote(program: Program, nodes: _Nodes, vector: Vector) -> Vector:
    rows = nodes.rows()
    made = program.vector(rows.shape[1])
    trees = f"{_tables(program, nodes, down=True)}, {len(nodes.roots)}"
    if program.precision == "int8":
        whole, scale = in_8_bits(rows)
        program.sums = max(program.sums, made.length)
        program.need("vote_int8")
        leaves = f"{program.table(whole, 'int8_t')}, {program.table(scale)}"
        program.say(f"vote({trees}, {leaves}, {vector.code}, w->sums, {made.code}, {made.length});")
    else:
        program.need("vote")
        leaves = program.table(rows, program.weight)
        program.say(f"vote({trees}, {leaves}, {vector.code}, {made.code}, {made.length});")
    return made


def _boost(
    program: Program, nodes: _Nodes, vector: Vector, start: NDArray[np.float64], *, down: bool = True
) -> Vector:
    rows = nodes.rows()
    made = program.vector(len(start))
    trees = f"{_tables(program, nodes, down=down)}, {len(nodes.roots)}"
    base = program.table(start)
    if program.precision == "int8":
        whole, scale = in_8_bits(rows)
        program.sums = max(program.sums, made.length)
        program.need("boost_int8")
        leaves = f"{program.table(whole, 'int8_t')}, (real){float(scale[0])!r}"
        program.say(f"boost({trees}, {leaves}, {vector.code}, w->sums, {base}, {made.code}, {made.length});")
    else:
        program.need("boost")
        leaves = program.table(rows, program.weight)
        program.say(f"boost({trees}, {leaves}, {vector.code}, {base}, {made.code}, {made.length});")
    return made


def _tables(program: Program, nodes: _Nodes, *, down: bool) -> str:
    """Add nodes and roots. down: the numbers compared are in single precision, so that limits may be, too."""
    thresholds = np.asarray(nodes.thresholds)
    kind = "single_limits" if down else "double_limits"
    program.need(kind)
    literals = numbers(_in_single(thresholds), "float") if down else numbers(thresholds, "double")
    items: Iterable[str] = (
        f"{{{threshold},{feature},{after}}}"
        for threshold, feature, after in zip(literals, nodes.features, nodes.nexts, strict=True)
    )
    size = 12 if down else 16
    name = program.declare("node", len(nodes.nexts), wrapped(items), size * len(nodes.nexts))
    return f"{name}, {program.table(nodes.roots, 'uint32_t')}"


def _in_single(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest single that is not above each threshold: no single number can tell the two apart."""
    rounded = thresholds.astype(np.float32)
    lower = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded.astype(np.float64) > thresholds, lower, rounded)
