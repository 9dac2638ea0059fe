"""A fitted pipeline -> a graph, step by step: each by its converter, or by that of skl2onnx where it is right.

A converter is a function `(step, features, graph) -> features`, or -> `Answer` for a model, found by the very class
of the step. What has none, and is no estimator that skl2onnx gets right, is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.catalogue import load_target
from runner.errors import ConfigError
from runner_builtin.onnx.features import Answer, Features, NotConvertible, Tensor
from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.table import CONVERTERS

Converter = Callable[..., Any]


@dataclass(frozen=True)
class Conversion:
    """A graph being made of one pipeline. converters: class "module:Class" -> function or "module:function"."""

    graph: Graph
    converters: Mapping[str, Converter | str]

    @classmethod
    def new(cls, more: Mapping[str, Converter | str]) -> Conversion:
        """Begin. more: converters of plugins, which come before those built in."""
        return cls(Graph(), {**CONVERTERS, **more})

    def pipeline(self, pipeline: Any, features: Features) -> Features | Answer:
        """Convert every step in turn. Raises ConfigError naming the step that cannot be."""
        made: Features | Answer = features
        for name, step in pipeline.steps:
            if step is None or step == "passthrough":
                continue
            if isinstance(made, Answer):
                raise self._refusal(name, step, "a model stands before it")
            made = self.named(name, step, made)
        return made

    def named(self, name: str, step: Any, features: Features) -> Any:
        """Convert a step that a message may call by this name."""
        try:
            return self.step(step, features)
        except NotConvertible as error:
            raise self._refusal(name, step, str(error)) from error

    def step(self, step: Any, features: Features) -> Any:
        """Convert one estimator. Raises NotConvertible."""
        known = type(step)
        converter = self.converters.get(f"{known.__module__}:{known.__qualname__}")
        if converter is None:
            if not hasattr(step, "get_params"):
                raise NotConvertible("it has no converter")
            from runner_builtin.onnx.fallback import by_skl2onnx  # imports all of skl2onnx

            return by_skl2onnx(step, features, self.graph)
        made = load_target(converter) if isinstance(converter, str) else converter
        if getattr(made, "nests", False):
            return made(step, features, self)
        return made(step, features, self.graph)

    def _refusal(self, name: str, step: Any, reason: str) -> ConfigError:
        return ConfigError(
            f"not exportable to ONNX: step {name!r} ({type(step).__qualname__}): {reason}. Use the exporter 'skops' "
            "for this pipeline, or another component for that step; a plugin offers a converter by its hook "
            "'runner_onnx_converters'."
        )


def nesting(converter: Converter) -> Converter:
    """Mark a converter that is given the whole `Conversion`, because its step holds other steps."""
    converter.nests = True  # type: ignore[attr-defined]
    return converter


def model_answer(given: Any) -> Answer:
    """Make sure that a pipeline ends in a model. Raises NotConvertible."""
    if isinstance(given, Answer):
        return given
    what = "a tensor" if isinstance(given, Tensor) else "a table"
    raise NotConvertible(f"it gives {what} and no prediction")
