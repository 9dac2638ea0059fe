"""Conditions on the cells of a sweep: a small language that compares, combines and calculates, and no more.

    model.l2 > 0.01 and optimizer.learning_rate < 0.01
    model=mlp and 1 <= model.epochs <= 10
    'tfidf' in transforms or not model.bias

Names are dotted keys; a group stands for the choice made in it. A single `=` compares as on the command line,
where a bare word is a text. Nothing can be called, indexed or assigned, so a condition cannot run code.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runner.errors import ConfigError

#: Gives the value of a key. Raises ConfigError for a key that has none.
ValueOf = Callable[[str], Any]
_Part = Callable[[ValueOf], Any]

#: Longer ones are refused, which also bounds how deep they nest.
LONGEST = 1000
_WORDS = {"true": True, "false": False, "null": None, "none": None}
# `is` binds as `==` does and is not otherwise in the language
_SINGLE_EQUALS = re.compile(r"""('[^']*'|"[^"]*")|(?<![=!<>:])=(?!=)""")

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.Is: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}
# powers are taken of floats, whose size is bounded; a whole number's is not
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: math.pow,
}


@dataclass(frozen=True)
class Condition:
    """A condition, read. text: as written; where: it stands; names: the keys it reads."""

    text: str
    where: str
    names: frozenset[str]
    _part: _Part

    def holds(self, value_of: ValueOf) -> bool:
        """Judge one cell. Raises ConfigError where values cannot be compared or calculated with."""
        try:
            return _truth(self._part(value_of))
        except (TypeError, ValueError, ArithmeticError) as error:
            values = ", ".join(f"{name} = {_shown(value_of, name)}" for name in sorted(self.names))
            raise ConfigError(f"{self.where}: {self.text!r} cannot be judged with {values}: {error}.") from None


def read_condition(text: Any, where: str) -> Condition:
    """Read a condition. Raises ConfigError for anything that is not in the language."""
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{where}: {text!r} is no condition. Write one such as 'model.l2 > 0.01'.")
    if len(text) > LONGEST:
        raise ConfigError(f"{where}: a condition of {len(text)} characters; {LONGEST} are the most. Write several.")
    python = _SINGLE_EQUALS.sub(lambda found: found[1] or " is ", text.strip())
    try:
        tree = ast.parse(python, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ConfigError(
            f"{where}: {text!r} cannot be read as a condition ({reason}). Write one such as "
            "'model.l2 > 0.01 and model=mlp'."
        ) from None
    reader = _Reader(text, where, set())
    part = reader.part(tree.body)
    return Condition(text, where, frozenset(reader.names), part)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value


def _shown(value_of: ValueOf, name: str) -> str:
    try:
        return repr(value_of(name))
    except ConfigError:
        return "(not set)"


@dataclass(frozen=True)
class _Reader:
    """Turns the parts of a condition into functions of a cell. names: gathers the keys that are read."""

    text: str
    where: str
    names: set[str]

    def part(self, node: ast.expr) -> _Part:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as value):
                return lambda value_of: value
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                parts = [self.part(item) for item in items]
                return lambda value_of: [part(value_of) for part in parts]
            case ast.BoolOp(op=op, values=values):
                return self._junction(op, [self.part(value) for value in values])
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(op, self.part(operand), node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._calculation(_ARITHMETIC[type(op)], self.part(left), self.part(right))
            case ast.Compare():
                return self._comparison(node)
        raise self._refused(node)

    def _name(self, node: ast.expr) -> _Part:
        name = self._dotted(node)
        if name in _WORDS:
            word = _WORDS[name]
            return lambda value_of: word
        self.names.add(name)
        return lambda value_of: value_of(name)

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=ast.Name() | ast.Attribute() as value, attr=name):
                return f"{self._dotted(value)}.{name}"
        raise self._refused(node)

    def _junction(self, op: ast.boolop, parts: list[_Part]) -> _Part:
        if isinstance(op, ast.And):
            return lambda value_of: all(_truth(part(value_of)) for part in parts)
        return lambda value_of: any(_truth(part(value_of)) for part in parts)

    def _unary(self, op: ast.unaryop, operand: _Part, node: ast.expr) -> _Part:
        match op:
            case ast.Not():
                return lambda value_of: not _truth(operand(value_of))
            case ast.USub():
                return lambda value_of: -_number(operand(value_of))
            case ast.UAdd():
                return lambda value_of: _number(operand(value_of))
        raise self._refused(node)

    def _calculation(self, calculate: Callable[[Any, Any], Any], left: _Part, right: _Part) -> _Part:
        return lambda value_of: calculate(_number(left(value_of)), _number(right(value_of)))

    def _comparison(self, node: ast.Compare) -> _Part:
        first = self.part(node.left)
        links = []
        for op, side in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _COMPARISONS:
                raise self._refused(node)
            links.append((_COMPARISONS[type(op)], self._worded(side) if isinstance(op, ast.Is) else self.part(side)))

        def compared(value_of: ValueOf) -> bool:
            left = first(value_of)
            for compare, part in links:
                right = part(value_of)
                if not compare(left, right):
                    return False
                left = right
            return True

        return compared

    def _worded(self, node: ast.expr) -> _Part:
        """Read what stands right of a single `=`, where a bare word is a text."""
        match node:
            case ast.Name(id=word) if word not in _WORDS:
                return lambda value_of: word
            case ast.List(elts=items):
                parts = [self._worded(item) for item in items]
                return lambda value_of: [part(value_of) for part in parts]
        return self.part(node)

    def _refused(self, node: ast.expr) -> ConfigError:
        found = ast.unparse(node)
        return ConfigError(
            f"{self.where}: {found!r} in {self.text!r} is not allowed in a condition. Compare keys and constants "
            "(== != < <= > >= in), combine them (and, or, not) and calculate (+ - * / % **); nothing can be "
            "called or indexed."
        )
