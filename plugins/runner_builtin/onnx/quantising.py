"""Matrix products of a graph in whole numbers of 8 bits.

Weights are rounded once, each column by its own largest; what they are multiplied with is rounded as it comes, by
the largest and smallest of the batch (Jacob et al., 2018). Both without signs, because the products of signed and
unsigned numbers overflow on processors that have no instructions for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

#: The middle of 8 bits without sign.
_MIDDLE = 128


def quantised(content: bytes) -> bytes | None:
    """Return the model with every product with weights in 8 bits; None where there is none."""
    model = onnx.load_model_from_string(content)
    weights = {one.name: one for one in model.graph.initializer if one.data_type == TensorProto.FLOAT}
    nodes: list[onnx.NodeProto] = []
    made: dict[str, onnx.TensorProto] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            replaced, constants = _in_8_bits(node, numpy_helper.to_array(weights[node.input[1]]))
            nodes += replaced
            made |= {constant.name: constant for constant in constants}
        else:
            nodes.append(node)
    if not made:
        return None
    read = {name for node in nodes for name in node.input}
    kept = [*(one for one in model.graph.initializer if one.name in read), *made.values()]
    for field, values in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        copies = [type(value).FromString(value.SerializeToString()) for value in values]
        del field[:]  # type: ignore[attr-defined]
        field.extend(copies)  # type: ignore[arg-type]
    return bytes(model.SerializeToString(deterministic=True))


def _in_8_bits(node: onnx.NodeProto, weights: NDArray[Any]) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Return the nodes that take a product's place, and their constants."""
    name, given = node.output[0], node.input[0]
    largest = np.abs(weights).max(axis=0)
    scale = (np.where(largest > 0, largest, 1) / (_MIDDLE - 1)).astype(np.float32)
    rounded = (np.rint(weights / scale) + _MIDDLE).astype(np.uint8)
    constants = {"weights": rounded, "scale": scale, "middle": np.uint8(_MIDDLE), "none": np.float32(0), "axis": [1]}
    held = [numpy_helper.from_array(np.asarray(value), f"{name}/{key}") for key, value in constants.items()]

    def step(op: str, *inputs: str, to: list[str] | None = None, **attributes: Any) -> onnx.NodeProto:
        return helper.make_node(op, inputs, to or [f"{name}/{op}"], name=f"{name}/{op}", **attributes)

    def at(*parts: str) -> list[str]:
        return [f"{name}/{part}" for part in parts]

    nodes = [
        step("DynamicQuantizeLinear", given, to=at("rounded", "factor", "zero")),
        step("MatMulInteger", *at("rounded", "weights", "zero", "middle")),
        step("Cast", *at("MatMulInteger"), to=at("whole")),
        helper.make_node("Mul", at("factor", "scale"), at("unit"), name=f"{name}/unit"),
        helper.make_node("Mul", at("whole", "unit"), at("product"), name=f"{name}/product"),
        # a gap is no number, and must not become one by rounding
        helper.make_node("Mul", [given, f"{name}/none"], at("gaps"), name=f"{name}/gaps"),
        helper.make_node("ReduceSum", at("gaps", "axis"), at("gap"), name=f"{name}/gap", keepdims=1),
        helper.make_node("Add", at("product", "gap"), [name], name=name),
    ]
    nodes[2].attribute.append(helper.make_attribute("to", int(TensorProto.FLOAT)))
    return nodes, held
