"""An expression over the columns of a table, such as `age >= 18 and job in ["nurse", "cook"]`, read as data.

Python's own parser reads it, and every part must be on a short list: names of columns, numbers and texts, lists of
them, comparisons, `and`, `or`, `not`, `in`, and + - * / // % of numbers. There are no calls, attributes, subscripts
or powers, so an expression can do nothing but compare, in time that its length bounds.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.errors import ConfigError

_LONGEST, _DEEPEST = 10_000, 60

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda column, values: column.isin(values),
    ast.NotIn: lambda column, values: ~column.isin(values),
}
_SHAPES = (
    ast.Expression,
    ast.Name,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Compare,
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
)
_SIGNS: tuple[type[ast.AST], ...] = (
    ast.And,
    ast.Or,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.Load,
    *_ARITHMETIC,
    *_COMPARISONS,
)
#: A text as a whole, so that a backtick inside it is none, or a name in backticks.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`([^`]*)`""")


@dataclass(frozen=True)
class Expression:
    """A checked expression. names: identifier in the tree -> column of the table."""

    text: str
    tree: ast.expr
    names: Mapping[str, str]

    def value(self, columns: Mapping[str, Any]) -> Any:
        """Return a Series of what the expression says of each row. columns: name -> Series. Raises TypeError."""
        return self._of(self.tree, columns)

    def _of(self, node: ast.expr, columns: Mapping[str, Any]) -> Any:
        if isinstance(node, ast.Name):
            return columns[self.names[node.id]]
        if isinstance(node, ast.BinOp):
            return _ARITHMETIC[type(node.op)](self._number(node.left, columns), self._number(node.right, columns))
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
            number = self._number(node.operand, columns)
            return -number if isinstance(node.op, ast.USub) else +number
        if isinstance(node, ast.Compare):
            return _all(self._compared(node, columns))
        if isinstance(node, ast.UnaryOp):
            truth = _truth(self._of(node.operand, columns))
            return not truth if isinstance(truth, bool) else ~truth
        if isinstance(node, ast.BoolOp):
            parts = (_truth(self._of(part, columns)) for part in node.values)
            return _all(parts) if isinstance(node.op, ast.And) else _any(parts)
        return ast.literal_eval(node)

    def _compared(self, node: ast.Compare, columns: Mapping[str, Any]) -> Iterator[Any]:
        sides = [self._of(side, columns) for side in (node.left, *node.comparators)]
        for sign, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
            if isinstance(sign, ast.In | ast.NotIn) and not (
                hasattr(left, "isin") and isinstance(right, list | tuple)
            ):
                raise TypeError("'in' asks whether a column is in a list, like: job in ['nurse', 'cook']")
            yield _truth(_COMPARISONS[type(sign)](left, right))

    def _number(self, node: ast.expr, columns: Mapping[str, Any]) -> Any:
        value = self._of(node, columns)
        is_number = value.dtype.kind in "iuf" if hasattr(value, "dtype") else _is_number(value)
        if not is_number:
            raise TypeError(f"{ast.unparse(node)} is no number, and only numbers can be reckoned with")
        return value


def read_expression(text: str, where: str) -> Expression:
    """Read an expression and refuse what is not on the list. where: how messages call it. Raises ConfigError.

    A column whose name is no identifier stands in backticks: `capital gain` > 0.
    """
    names: dict[str, str] = {}
    if len(text) > _LONGEST:
        raise ConfigError(f"{where}: the expression has {len(text)} characters; at most {_LONGEST} are read.")
    plain = _QUOTED.sub(lambda found: found[0] if found[1] is None else _identifier(found[1], names), text)
    try:
        tree = ast.parse(plain.strip(), mode="eval")
        _check(tree, text, where)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = error.msg if isinstance(error, SyntaxError) else str(error) or "too deep"
        raise ConfigError(f"{where}: {text[:200]!r} cannot be read: {told}.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.setdefault(node.id, node.id)
    return Expression(text, tree.body, names)


def _identifier(column: str, names: dict[str, str]) -> str:
    identifier = f"_quoted_{len(names)}"
    names[identifier] = column
    return f" {identifier} "


def _check(tree: ast.Expression, text: str, where: str) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        for node in level:
            constant = isinstance(node, ast.Constant) and not isinstance(node.value, str | bool | int | float)
            if constant or not isinstance(node, (*_SHAPES, *_SIGNS)):
                what = type(node.value).__name__ if isinstance(node, ast.Constant) else type(node).__name__
                raise ConfigError(
                    f"{where}: {text[:200]!r} holds something that is not allowed ({what}). Columns, numbers, texts, "
                    f"lists, comparisons, and, or, not, in, and + - * / // % are."
                )
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise ConfigError(f"{where}: {text[:200]!r} is nested more than {_DEEPEST} deep.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _truth(value: Any) -> Any:
    """Take yes or no, by row; where a missing value leaves it open, it is no."""
    if isinstance(value, bool):
        return value
    if getattr(getattr(value, "dtype", None), "kind", "") != "b":
        raise TypeError("a part that should say yes or no says something else")
    return value.fillna(False).astype(bool)


def _all(parts: Iterator[Any]) -> Any:
    result = next(parts)
    for part in parts:
        result = result & part
    return result


def _any(parts: Iterator[Any]) -> Any:
    result = next(parts)
    for part in parts:
        result = result | part
    return result
