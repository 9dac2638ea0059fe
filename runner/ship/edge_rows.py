"""Rows that an export may stumble over: empty, missing, never seen, and written in other scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.ship.signature import MATRIX, Input, Signature

#: Texts that have broken tokenizers: blanks, case that changes length, accents apart from their letter, other
#: scripts, signs outside the first plane, control characters, one very long word.
TEXTS = (
    "",
    " \t\n",
    "İstanbul ıSPARTA",
    "Straße ẞ ß",
    "e\u0301te\u0301 \u00e9t\u00e9",
    "ὈΔΥΣΣΕΎΣ ς",
    "中文 字符 测试",
    "שלום עולם",
    "🙂 👩‍👩‍👧 ok",
    "a\x00b c",
    "don't e-mail x_y 3.14 #tag @me http://a.b/c?d=e",
    "x" * 5000,
)
_UNSEEN = "never seen before"


def edge_rows(signature: Signature, typical: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return rows in plain values, each unlike a typical one in one way. typical: input -> the value of one row."""
    if signature.kind == "array":
        return [{MATRIX: value} for value in _arrays(signature.inputs[0], typical[MATRIX])]
    return [
        {**typical, one.name: value} for one in signature.inputs[:200] for value in _values(one, typical[one.name])
    ]


def _values(one: Input, typical: Any) -> Iterator[Any]:
    yield None
    if one.datatype == "BYTES":
        yield from (_UNSEEN, *TEXTS) if one.values is None or len(one.values) > 2 else (_UNSEEN, "", TEXTS[2])
    elif one.datatype == "BOOL":
        yield not typical
    else:
        whole = one.datatype == "INT64"
        for value in (0, one.low, one.high):
            if value is not None:
                yield int(value) if whole else float(value)


def _arrays(one: Input, typical: Any) -> Iterator[Any]:
    if one.datatype == "BYTES":
        yield from (_filled(typical, text) for text in TEXTS)
        return
    values = {0.0, *(value for value in (one.low, one.high) if value is not None)}
    for value in sorted(values):
        yield _filled(typical, float(value) if one.datatype in ("FP64", "FP32") else int(value))
    if one.nullable:
        yield _filled(typical, None)


def _filled(like: Any, value: Any) -> Any:
    return [_filled(item, value) for item in like] if isinstance(like, list) else value
