"""A pipeline -> the bytes of a model: its inputs, graph and answers, and nothing that differs from run to run."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.contracts import FinishedRun
from runner.errors import ConfigError
from runner_builtin.onnx.asking import inputs_of
from runner_builtin.onnx.converting import Conversion
from runner_builtin.onnx.features import Answer, Features, NotConvertible, Tensor
from runner_builtin.onnx.graph import IR_VERSION, OPSETS, Graph
from runner_builtin.onnx.model import CHANCES, LABELS, METADATA, SCORES

if TYPE_CHECKING:
    import onnx

log = logging.getLogger("runner")
#: Beyond so many times its spread from zero, 32 bits cannot tell a column's values apart well.
_FAR = 1e4


def assembled(run: FinishedRun, converters: Mapping[str, Any]) -> bytes:
    """Return the model of a finished run. Raises ConfigError naming the step that has no converter."""
    features = run.sample.features
    try:
        asked = inputs_of(features)
    except NotConvertible as error:
        raise ConfigError(f"not exportable to ONNX: {error}. Use the exporter 'skops'.") from error
    conversion = Conversion.new(converters)
    answer = _converted(run, asked, conversion)
    return _written(run, asked, answer, conversion.graph)


def _converted(run: FinishedRun, asked: Features, conversion: Conversion) -> Answer:
    steps = run.pipeline.steps
    name, model = steps[-1]
    before: Any = asked
    if len(steps) > 1:
        before = conversion.pipeline(run.pipeline[:-1], asked)
    if isinstance(before, Tensor) and before.kind == "double" and len(before.shape) == 1:
        before = replace(before, offset=_offset(run, name, model, before))
    answer = conversion.named(name, model, before)
    if not isinstance(answer, Answer):
        raise ConfigError(f"not exportable to ONNX: step {name!r} ({type(model).__qualname__}) makes no prediction.")
    return answer


def _offset(run: FinishedRun, name: str, model: Any, features: Tensor) -> tuple[float, ...] | None:
    """Return about where the columns are, if one is far from zero for its spread; 32 bits want it nearer."""
    try:
        rows = (
            run.pipeline[:-1].transform(run.sample.features) if len(run.pipeline.steps) > 1 else run.sample.features
        )
        rows = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float64)
    except Exception:  # noqa: BLE001 - the first rows as loaded may be ones that a cleaner drops
        return None
    if rows.ndim != 2 or rows.shape[1] != features.shape[0] or not np.isfinite(rows).all():
        return None
    means, spreads = rows.mean(axis=0), rows.std(axis=0)
    far = (spreads > 0) & (np.abs(means) > _FAR * spreads)
    if not far.any():
        return None
    if not hasattr(model, "coef_") and not hasattr(model, "params_"):
        place = int(np.flatnonzero(far)[0])
        log.warning(
            "step %r is exported in 32 bits, and column %s of what it is given is about %.4g with a spread of %.2g: "
            "its values cannot be told apart well. Scale it, by 'standard_scale' for instance.",
            name, features.names[place] if features.names else place, means[place], spreads[place],
        )  # fmt: skip
    return tuple(map(float, means))


def _written(run: FinishedRun, asked: Features, answer: Answer, graph: Graph) -> bytes:
    from onnx import TensorProto, helper

    outputs = [_labels(run, answer, graph)]
    if answer.probabilities is not None and hasattr(run.pipeline, "predict_proba"):
        made = graph.node("Identity", answer.probabilities)
        _rename(graph, made, CHANCES)
        outputs.append(helper.make_tensor_value_info(CHANCES, TensorProto.FLOAT, ["n", len(_classes(run) or ())]))
    elif answer.scores is not None:
        _rename(graph, graph.node("Identity", answer.scores), SCORES)
        outputs.append(helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["n", None]))
    proto = helper.make_graph(
        graph.nodes,
        run.experiment,
        [_input(one) for one in ([asked] if isinstance(asked, Tensor) else asked.values())],
        outputs,
        _used(graph),
    )
    model = helper.make_model(
        proto, opset_imports=[helper.make_opsetid(domain, number) for domain, number in OPSETS.items()],
        ir_version=IR_VERSION, producer_name="runner",
    )  # fmt: skip
    classes = _classes(run)
    told = {"experiment": run.experiment, "required": sorted(graph.required), "classes": classes}
    helper.set_model_props(model, {METADATA: json.dumps(told, sort_keys=True)})
    return bytes(model.SerializeToString(deterministic=True))


def _input(tensor: Tensor) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    kind = TensorProto.STRING if tensor.kind == "text" else TensorProto.DOUBLE
    return helper.make_tensor_value_info(tensor.name, kind, ["n", *tensor.shape])


def _labels(run: FinishedRun, answer: Answer, graph: Graph) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    if answer.values is not None:
        flat = run.sample.target is None or np.ndim(run.sample.target) == 1
        value = graph.node("Reshape", answer.values, graph.constant([-1])) if flat else answer.values
        _rename(graph, graph.cast(value, "double"), LABELS)
        width = [] if flat else [int(np.shape(run.sample.target)[1])]
        return helper.make_tensor_value_info(LABELS, TensorProto.DOUBLE, ["n", *width])
    classes = np.asarray(_classes(run))
    kind = _KINDS.get(classes.dtype.kind, TensorProto.STRING)
    if answer.labels is not None and classes.dtype.kind in "iuOU":
        made = graph.node("Reshape", answer.labels, graph.constant([-1]))
    else:
        texts = kind == TensorProto.STRING
        held = graph.constant(classes.astype(object if texts else helper.tensor_dtype_to_np_dtype(kind)))
        made = graph.taken(held, _position(answer, len(classes), graph))
    _rename(graph, made, LABELS)
    return helper.make_tensor_value_info(LABELS, kind, ["n"])


#: Kinds of NumPy's labels -> the type of a tensor; all others are texts. The numbers are those of `TensorProto`.
_KINDS = {"b": 9, "i": 7, "u": 7, "f": 11}


def _position(answer: Answer, n_classes: int, graph: Graph) -> str:
    """Return the position of the class that is said of each row."""
    if answer.position is not None:
        return answer.position
    if answer.scores is not None and n_classes == 2:
        second = graph.node("Greater", answer.scores, graph.constant(0, np.float32))
        return graph.node("Reshape", graph.cast(second, "int64"), graph.constant([-1]))
    scores = answer.scores if answer.scores is not None else answer.probabilities
    if scores is None:
        raise ConfigError(
            "not exportable to ONNX: the converter of the model gives neither scores nor probabilities."
        )
    return graph.node("ArgMax", scores, axis=1, keepdims=0)


def _rename(graph: Graph, tensor: str, name: str) -> None:
    """Call the output of the last node otherwise."""
    node = graph.nodes[-1]
    assert node.output[0] == tensor
    node.output[0] = name


def _classes(run: FinishedRun) -> list[Any] | None:
    if run.classes is None:
        return None
    if any(np.ndim(label) for label in run.classes):
        raise ConfigError(
            "not exportable to ONNX: the model says several labels of each row. Use the exporter 'skops'."
        )
    return [label.item() if hasattr(label, "item") else label for label in run.classes]


def _used(graph: Graph) -> list[onnx.TensorProto]:
    """Return the constants that some node reads."""
    read = {name for node in graph.nodes for name in node.input}
    return [tensor for name, tensor in graph.constants.items() if name in read]
