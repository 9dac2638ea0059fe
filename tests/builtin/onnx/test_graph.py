from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from runner_builtin.onnx.graph import IR_VERSION, OPSETS, Graph
from runner_builtin.onnx.streams import Stream, after, before, places, spread, sums
from runner_builtin.onnx.words import without


def found(graph: Graph, *outputs: str, **given: np.ndarray) -> list[list]:
    """Run a graph. given: its inputs, whole numbers or bools."""
    kinds = {"i": TensorProto.INT64, "b": TensorProto.BOOL}
    inputs = [helper.make_tensor_value_info(name, kinds[array.dtype.kind], [None]) for name, array in given.items()]
    proto = helper.make_graph(
        graph.nodes,
        "case",
        inputs,
        [helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in outputs],
        list(graph.constants.values()),
    )
    versions = [helper.make_opsetid(domain, number) for domain, number in OPSETS.items()]
    model = helper.make_model(proto, opset_imports=versions, ir_version=IR_VERSION)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return [array.tolist() for array in session.run(list(outputs), given)]


def test_equal_constants_are_held_once_and_others_are_not() -> None:
    graph = Graph()
    assert graph.constant([1, 2]) == graph.constant([1, 2])
    assert graph.constant([1, 2]) != graph.constant([[1, 2]])
    assert graph.constant([1, 2]) != graph.constant([1.0, 2.0])
    assert graph.constant(["a"], dtype=object) == graph.constant(["a"], dtype=object)


def test_tables_of_numbers_may_be_empty() -> None:
    graph = Graph()
    asked = np.array([-1, 0, 5])
    known, none = graph.looked_up("x", {5: 7}, -2), graph.looked_up("x", {}, -2)
    assert found(graph, known, none, x=asked) == [[-2, -2, 7], [-2, -2, -2]]


def test_another_graph_is_taken_in_under_names_that_follow_from_its_order() -> None:
    def part(hidden: str) -> onnx.ModelProto:
        nodes = [helper.make_node("Add", ["X", "one"], [hidden]), helper.make_node("Mul", [hidden, "one"], ["Y"])]
        ends = [helper.make_tensor_value_info(name, TensorProto.INT64, [None]) for name in ("X", "Y")]
        constant = helper.make_tensor("one", TensorProto.INT64, [1], [3])
        return helper.make_model(helper.make_graph(nodes, hidden, ends[:1], ends[1:], [constant]))

    graphs = []
    for hidden in ("h1", "other"):
        graph = Graph()
        (made,) = graph.included(part(hidden), {"X": "x"})
        assert found(graph, made, x=np.array([1, 2])) == [[12, 15]]
        graphs.append([node.SerializeToString() for node in graph.nodes])
    assert graphs[0] == graphs[1]


def test_neighbours_places_and_sums() -> None:
    graph = Graph()
    outputs = (before("x", graph), after("x", graph), places("m", graph))
    asked = {"x": np.array([4, 5, 6]), "m": np.array([True, False, True])}
    assert found(graph, *outputs, **asked) == [[0, 4, 5], [5, 6, 0], [0, 2]]
    graph = Graph()
    assert found(graph, sums("x", "o", graph.constant(3), graph), x=np.array([4, 5, 6]), o=np.array([2, 0, 2])) == [
        [5, 0, 10]
    ]


def test_items_are_given_as_many_places_as_they_want_none_included() -> None:
    graph = Graph()
    item, offset = spread("n", graph)
    assert found(graph, item, offset, n=np.array([2, 0, 1, 0, 0, 3, 0])) == [[0, 0, 2, 5, 5, 5], [0, 1, 0, 0, 1, 2]]
    assert found(graph, item, offset, n=np.array([0, 0])) == [[], []]
    assert found(graph, item, offset, n=np.array([], dtype=np.int64)) == [[], []]


def test_stop_words_are_gone_as_if_they_had_not_been_written() -> None:
    graph = Graph()
    left = without(Stream("x", "r", "r"), [2, 3], 4, graph)
    assert found(graph, left.codes, left.rows, x=np.array([2, 1, 3, 0, 4]), r=np.array([0, 0, 1, 1, 1])) == [
        [1, 0, 4],
        [0, 1, 1],
    ]
