"""Numbers, texts and names as C writes them.

Texts of a person (labels, names of columns) enter a program only through `quoted`, and names that a person chose
only through `identifier`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import ConfigError, DataError

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
#: What C99, C++ or the program itself means something else by.
_TAKEN = frozenset({
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "main", "register", "restrict", "return", "short",
    "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile",
    "while", "bool", "catch", "class", "delete", "false", "friend", "namespace", "new", "operator", "private",
    "protected", "public", "template", "this", "throw", "true", "try", "typename", "using", "virtual", "driver",
    "example", "golden", "lookup", "math", "real", "stdint", "stdio", "stdlib", "string",
})  # fmt: skip
#: The longest string literal that C99 promises to take.
_LONGEST_LITERAL = 4095


def identifier(name: str) -> str:
    """Return a name that may begin every public name of a program. Raises ConfigError for any other."""
    if not _IDENTIFIER.fullmatch(name) or name in _TAKEN:
        raise ConfigError(
            f"exporter 'c': name {name!r} cannot begin the names of a C program. Give up to 31 letters, digits and "
            "underscores, a letter first, and no word of the language."
        )
    return name


def quoted(text: str) -> str:
    r"""Return a text as a C string literal of its UTF-8 bytes. Raises DataError for one that C has no literal for.

    >>> print(quoted('say "hi"?\n'))
    "say \"hi\"\?\012"
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise DataError(f"exporter 'c': {text[:80]!r} holds half a character and cannot be written.") from None
    if len(data) > _LONGEST_LITERAL or b"\0" in data:
        raise DataError(
            f"exporter 'c': the name {text[:80]!r} has {len(data)} bytes; C99 has names of up to {_LONGEST_LITERAL} "
            "bytes without a zero among them. Rename the label or the column."
        )
    return '"' + "".join(_character(byte) for byte in data) + '"'


def _character(byte: int) -> str:
    # A question mark could begin a trigraph; octal digits, unlike hexadecimal ones, end after three.
    if byte in b'"\\?':
        return f"\\{chr(byte)}"
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def numbers(values: NDArray[Any], ctype: str) -> list[str]:
    """Return numbers as literals of a type: float, double, or one of whole numbers."""
    if ctype == "float":
        return [_pointed(f"{value:.9g}", "f") for value in values.astype(np.float32).tolist()]
    if ctype == "double":
        return [_pointed(repr(float(value)), "") for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def _pointed(text: str, suffix: str) -> str:
    if text.endswith("inf"):
        return text.replace("inf", "INFINITY")
    return f"{text}{suffix}" if "." in text or "e" in text else f"{text}.0{suffix}"


def wrapped(items: Iterable[str], width: int = 112) -> str:
    """Lay out the items of an initialiser in lines."""
    lines: list[str] = []
    line: list[str] = []
    size = 0
    for item in items:
        if size + len(item) + 1 > width and line:
            lines.append(",".join(line))
            line, size = [], 0
        line.append(item)
        size += len(item) + 1
    return ",\n".join([*lines, ",".join(line)])


def smallest_type(values: Sequence[int] | NDArray[Any]) -> str:
    """Name the smallest unsigned type that holds whole numbers from 0 on."""
    largest = int(max(values, default=0)) if not hasattr(values, "max") else int(values.max(initial=0))
    return next(f"uint{bits}_t" for bits in (8, 16, 32, 64) if largest < 2**bits)
