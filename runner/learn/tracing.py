"""A step written down instead of carried out.

An optimizer's elementwise `update`, called once with symbols in place of arrays, leaves behind what it
computes: expressions that differ from number to number, which become the body of one loop, and those that
are known before the loop (a learning rate over a bias correction), which stay ordinary NumPy. An optimizer
that looks into its numbers (`if`, `float`, an index, a sum) cannot be traced and says `Untraceable`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

#: How often a symbol has another value: once a step, for each trial, for each single number.
STEP, TRIAL, NUMBER = range(3)

#: What is known before the loop and the same for all trials is computed as the optimizer would, by Python.
PYTHON: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "absolute": abs,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
#: NumPy's elementwise functions, to the bit.
NUMBERS = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "negative": "-{0}",
    "absolute": "abs({0})",
    "sqrt": "np.sqrt({0})",
    "square": "{0} * {0}",
    "sign": "(one if {0} > zero else (-one if {0} < zero else (zero if {0} == zero else {0})))",
    "maximum": "({0} if {0} >= {1} or {0} != {0} else {1})",
    "minimum": "({0} if {0} <= {1} or {0} != {0} else {1})",
}
TRUTHS = {
    "greater": "{0} > {1}",
    "greater_equal": "{0} >= {1}",
    "less": "{0} < {1}",
    "less_equal": "{0} <= {1}",
    "equal": "{0} == {1}",
    "not_equal": "{0} != {1}",
}
OF_TRUTHS = {
    "logical_and": "{0} and {1}",
    "logical_or": "{0} or {1}",
    "bitwise_and": "{0} and {1}",
    "bitwise_or": "{0} or {1}",
    "logical_not": "not {0}",
    "invert": "not {0}",
}


class Untraceable(TypeError):
    """The rule cannot be written down; it is carried out as it stands."""


class Trace:
    """What has been written down so far.

    early: functions and their arguments, numbers or symbols, in the order in which they are to be computed.
    lines: the body of the loop. loaded: the early symbols that the loop reads.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.early: list[tuple[Callable[..., Any], Sequence[Any]]] = []
        self.lines: list[str] = []
        self.loaded: dict[int, Symbol] = {}

    def given(self, level: int, name: str = "") -> Symbol:
        """Return a symbol for what the loop reads under a name, or for what is known before it."""
        if level < NUMBER:
            self.early.append((_given, ()))
            name = str(len(self.early) - 1)
        return Symbol(self, level, name)

    def applied(self, function: str, inputs: Sequence[Any]) -> Symbol:
        """Write down a function of symbols and numbers."""
        for value in inputs:
            if not isinstance(value, Symbol | int | float):
                raise Untraceable(f"{type(value).__name__} in {function}")
        level = max(value.level for value in inputs if isinstance(value, Symbol))
        if level < NUMBER:
            compute = PYTHON.get(function) if level == STEP else getattr(np, function, None)
            if compute is None:
                raise Untraceable(function)
            self.early.append((compute, tuple(inputs)))
            return Symbol(self, level, str(len(self.early) - 1), function in TRUTHS or function in OF_TRUTHS)
        if function == "power" and inputs[1] in (2, 0.5) and not isinstance(inputs[1], Symbol):
            function, inputs = {2: "square", 0.5: "sqrt"}[inputs[1]], inputs[:1]
        return self._written(function, inputs)

    def chosen(self, condition: Any, yes: Any, no: Any) -> Symbol:
        """Write down `np.where`."""
        if not (isinstance(condition, Symbol) and condition.truth):
            raise Untraceable("where")
        return self._line(f"({self._text(yes)} if {condition.name} else {self._text(no)})", truth=False)

    def _written(self, function: str, inputs: Sequence[Any]) -> Symbol:
        of_truths = function in OF_TRUTHS
        template = OF_TRUTHS.get(function) or TRUTHS.get(function) or NUMBERS.get(function)
        if template is None or any(_is_truth(value) != of_truths for value in inputs):
            raise Untraceable(function)
        return self._line(template.format(*map(self._text, inputs)), truth=function not in NUMBERS)

    def _line(self, text: str, *, truth: bool) -> Symbol:
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return Symbol(self, NUMBER, name, truth)

    def _text(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value)
        if not isinstance(value, Symbol):
            return f"number({float(value)!r})"
        if value.level == NUMBER:
            return value.name
        self.loaded[int(value.name)] = value
        return f"(early{value.name} != zero)" if value.truth else f"early{value.name}"


class Symbol(NDArrayOperatorsMixin):
    """A number that is not there yet. truth: whether it is a yes or no."""

    shape = ()

    def __init__(self, trace: Trace, level: int, name: str, truth: bool = False) -> None:
        self.trace = trace
        self.level = level
        self.name = name
        self.truth = truth
        self.dtype = trace.dtype

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Symbol:
        if method != "__call__" or options:
            raise Untraceable(f"{ufunc.__name__}.{method}")
        return self.trace.applied(ufunc.__name__, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Symbol:
        if function is np.where and len(args) == 3 and not options:
            return self.trace.chosen(*args)
        if function is np.clip and len(args) == 3 and not options:
            return self.trace.applied("minimum", (self.trace.applied("maximum", args[:2]), args[2]))
        raise Untraceable(function.__name__)

    def __bool__(self) -> NoReturn:
        raise Untraceable("if")

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise Untraceable("array")


def _given() -> NoReturn:
    raise AssertionError("what is given is never computed")


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, Symbol) and value.truth)
