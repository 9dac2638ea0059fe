"""What an option takes, in words: for the terminal and for the pages of the documentation."""

from __future__ import annotations

import types
import typing
from typing import Any

from runner.options import Columns, InputFileMark, SourceMark
from runner.signature import REQUIRED, UNWRITTEN

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MARKS = {SourceMark: "a source", InputFileMark: "path of a file"}
_COLUMNS = frozenset(typing.get_args(Columns))


def type_words(annotation: Any) -> str:
    """Write a type as a person would.

    >>> from runner.options import Positive
    >>> type_words(Positive), type_words(int | None), type_words(typing.Literal["a", "b"])
    ('float, > 0', 'int or None', "'a' or 'b'")
    >>> type_words(dict[str, int]), type_words(list[str] | None), type_words(Columns | None)
    ('mapping of int', 'list of str or None', 'columns or None')
    """
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return "any"
    if annotation is type(None):
        return "None"
    if origin is typing.Annotated:
        return _annotated(parts[0], parts[1:])
    if origin is typing.Literal:
        return " or ".join(repr(part) for part in parts)
    if origin in (typing.Union, types.UnionType):
        return _either(parts)
    if origin is list:
        return f"list of {type_words(parts[0])}"
    if origin is tuple:
        return f"({', '.join('…' if part is ... else type_words(part) for part in parts)})"
    if origin is dict:
        return "mapping" if parts[1] is Any else f"mapping of {type_words(parts[1])}"
    return annotation.__name__ if isinstance(annotation, type) and not parts else str(annotation)


def default_words(default: Any) -> str:
    """Write a default."""
    if default is REQUIRED:
        return "(must be given)"
    return "(its own)" if default is UNWRITTEN else repr(default)


def _either(parts: tuple[Any, ...]) -> str:
    if set(parts) >= _COLUMNS:
        left = [part for part in parts if part not in _COLUMNS]
        return " or ".join(["columns", *(type_words(part) for part in left)])
    return " or ".join(type_words(part) for part in parts)


def _annotated(annotation: Any, marks: tuple[Any, ...]) -> str:
    for mark in marks:
        if type(mark) in _MARKS:
            return _MARKS[type(mark)]
    return ", ".join([type_words(annotation), *(_bound(mark) for mark in marks)])


def _bound(mark: Any) -> str:
    told = [f"{sign} {getattr(mark, name)}" for name, sign in _SIGNS.items() if hasattr(mark, name)]
    return " ".join(told) or str(mark)
