"""An ONNX graph being built: nodes in order, constants by their content, names that depend on nothing but the order.

>>> graph = Graph()
>>> graph.node("Add", "x", graph.constant(1.0))
'Add_2'
>>> [node.op_type for node in graph.nodes]
['Add']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx

#: Versions of the operator sets that every graph is made of; Microsoft's has the tokenizer that takes texts apart.
OPSETS: Mapping[str, int] = {"": 20, "ai.onnx.ml": 3, "com.microsoft": 1}
ML = "ai.onnx.ml"
#: Of the file format; what onnxruntime 1.17 and later read.
IR_VERSION = 9


class Graph:
    """Collects nodes. Every method that computes returns the name of the tensor it makes.

    required: columns of texts that must not be missing, for no step fills them.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.required: list[str] = []
        self._known: dict[tuple[Any, ...], str] = {}
        self._counted = 0

    def fresh(self, stem: str) -> str:
        """Return a name that nothing has yet."""
        self._counted += 1
        return f"{stem}_{self._counted}"

    def node(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output. inputs: names of tensors, "" for one left out."""
        return self.nodes_of(op, *inputs, outputs=1, domain=domain, **attributes)[0]

    def nodes_of(self, op: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """Add a node with several outputs."""
        from onnx import helper

        made = [self.fresh(op) for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, made, name=made[0], domain=domain, **attributes))
        return made

    def constant(self, values: Any, dtype: Any = None) -> str:
        """Hold numbers or texts; equal ones are held once. dtype: of NumPy; float64 and int64 stay as they are."""
        from onnx import TensorProto, helper, numpy_helper

        array = np.asarray(values, dtype=dtype)
        texts = array.dtype.kind in "OU"
        content = tuple(array.ravel().tolist()) if texts else array.tobytes()
        key = (array.dtype.str if not texts else "text", array.shape, content)
        if key not in self._known:
            name = self.fresh("constant")
            if texts:
                encoded = [str(text).encode("utf-8") for text in array.ravel().tolist()]
                tensor = helper.make_tensor(name, TensorProto.STRING, array.shape, encoded)
            else:
                tensor = numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
            self.constants[name] = tensor
            self._known[key] = name
        return self._known[key]

    def cast(self, tensor: str, kind: str) -> str:
        """Turn numbers into others. kind: "float", "double", "int64" or "bool"."""
        from onnx import TensorProto

        return self.node("Cast", tensor, to=getattr(TensorProto, kind.upper()))

    def looked_up(self, tensor: str, table: Mapping[int, int], default: int = 0) -> str:
        """Replace whole numbers by a table. An empty table gives the default everywhere."""
        keys = sorted(table)
        return self.node(
            "LabelEncoder", tensor, domain=ML, keys_int64s=keys or [-1], default_int64=default,
            values_int64s=[table[key] for key in keys] or [default],
        )  # fmt: skip

    def numbered(self, tensor: str, table: Mapping[str, int], default: int = 0) -> str:
        """Replace texts by whole numbers."""
        keys = sorted(table)
        return self.node(
            "LabelEncoder", tensor, domain=ML, keys_strings=keys, values_int64s=[table[key] for key in keys],
            default_int64=default,
        )  # fmt: skip

    def reworded(self, tensor: str, table: Mapping[str, str], default: str) -> str:
        """Replace texts by others."""
        keys = sorted(table)
        return self.node(
            "LabelEncoder", tensor, domain=ML, keys_strings=keys, values_strings=[table[key] for key in keys],
            default_string=default,
        )  # fmt: skip

    def taken(self, tensor: str, places: str, axis: int = 0) -> str:
        """Pick along an axis. places: a tensor of positions."""
        return self.node("Gather", tensor, places, axis=axis)

    def joined(self, tensors: Sequence[str], axis: int) -> str:
        """Put tensors beside or under each other."""
        return tensors[0] if len(tensors) == 1 else self.node("Concat", *tensors, axis=axis)

    def included(self, model: onnx.ModelProto, given: Mapping[str, str]) -> list[str]:
        """Take in another graph. given: its inputs -> tensors of this one. Returns the names of its outputs."""
        names = _Names(self.fresh("part"), dict(given))
        names.rename(model.graph)
        for constant in model.graph.initializer:
            self.constants[constant.name] = constant
        self.nodes += model.graph.node
        return [output.name for output in model.graph.output]


class _Names:
    """Names for the tensors of another graph that follow from their order alone, whatever they were called."""

    def __init__(self, prefix: str, known: dict[str, str]) -> None:
        self.prefix = prefix
        self.known = known

    def rename(self, graph: onnx.GraphProto) -> None:
        """Change the names of a graph, and of those inside its nodes."""
        graph.name = self.prefix
        del graph.value_info[:]
        for one in (*graph.input, *graph.initializer):
            one.name = self._of(one.name)
        for node in graph.node:
            node.input[:] = [self._of(name) for name in node.input]
            for attribute in node.attribute:
                for inner in (attribute.g, *attribute.graphs):
                    if inner.node:
                        self.rename(inner)
            node.output[:] = [self._of(name) for name in node.output]
            node.name = node.output[0]
        for one in graph.output:
            one.name = self._of(one.name)

    def _of(self, name: str) -> str:
        return self.known.setdefault(name, f"{self.prefix}/{len(self.known)}") if name else ""
