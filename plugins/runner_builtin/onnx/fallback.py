"""Estimators of scikit-learn by their converters in skl2onnx, one at a time, where those are right.

They are given numbers of 32 bits. What they make of texts is not always what scikit-learn makes of them, so none is
asked for a step that takes texts.
"""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.base import is_classifier, is_regressor

from runner.errors import PluginError
from runner_builtin.onnx.features import Answer, Features, NotConvertible, Tensor, as_float, matrix
from runner_builtin.onnx.graph import ML, OPSETS, Graph


def by_skl2onnx(step: Any, features: Features, graph: Graph) -> Tensor | Answer:
    """Convert an estimator. Raises NotConvertible where skl2onnx has no converter."""
    given = as_float(matrix(features, graph), graph)
    names = graph.included(_converted(step, given.shape[0]), {"X": given.name})
    if is_classifier(step):
        return _classified(step, names, graph)
    if is_regressor(step):
        return Answer(values=names[0])
    width = step.transform(_zeros(given.shape[0])).shape[1]
    return Tensor(names[0], "float", (int(width),))


def _converted(step: Any, width: int) -> Any:
    try:
        from skl2onnx import convert_sklearn
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError as error:
        raise PluginError("the exporter 'onnx' needs skl2onnx: pip install 'runner-ml[onnx]'") from error
    inputs = [("X", FloatTensorType([None, width]))]
    versions = {"": OPSETS[""], ML: OPSETS[ML]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that it looks for; what it cannot do it raises
        for options in ({id(step): {"zipmap": False}}, None):
            try:
                return convert_sklearn(step, "part", inputs, target_opset=versions, options=options)
            except (NameError, ValueError) as error:
                if options is None:
                    raise NotConvertible(f"skl2onnx cannot convert it ({_first_line(error)})") from error
            except Exception as error:  # it raises whatever its converters meet
                raise NotConvertible(_told(error)) from error
    raise AssertionError("unreachable")


def _told(error: Exception) -> str:
    if "Missing" in type(error).__name__ or "Unable to find a shape calculator" in str(error):
        return "it has no converter"
    return f"skl2onnx cannot convert it ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:200]}"


def _classified(step: Any, names: list[str], graph: Graph) -> Answer:
    if len(names) < 2:
        return Answer(labels=names[0])
    if hasattr(step, "predict_proba"):
        return Answer(probabilities=names[1], labels=names[0])
    scores = names[1]
    if len(step.classes_) == 2:  # both classes' scores, of which the second's says it all
        last = graph.node("Slice", scores, graph.constant([-1]), graph.constant([2**62]), graph.constant([1]))
        return Answer(scores=last, labels=names[0])
    return Answer(scores=scores, labels=names[0])


def _zeros(width: int) -> Any:
    import numpy as np

    return np.zeros((1, width))
