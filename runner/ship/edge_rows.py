"""Rows that an export may stumble over: empty, missing, never seen, and written in other scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.ship.rows import features_of
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


def typical_row(signature: Signature) -> dict[str, Any]:
    """Make up a row that is like those of training, and is none of them: the middle of each range."""
    return {one.name: _filled_shape(one.shape, _middle(one)) for one in signature.inputs}


def _middle(one: Input) -> Any:
    if one.datatype == "BYTES":
        return "2026-01-31" if one.dtype.startswith("datetime") else one.values[0] if one.values else "a typical text"
    if one.datatype == "BOOL":
        return False
    middle = 0.0 if one.low is None or one.high is None else (one.low + one.high) / 2
    return middle if one.datatype in ("FP64", "FP32") else int(middle)


def _filled_shape(shape: tuple[int, ...], value: Any) -> Any:
    return value if not shape else [_filled_shape(shape[1:], value) for _ in range(shape[0])]


def answerable(model: Any, signature: Signature, typical: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """Return the rows at the edge that the model has an answer to, and how many it has none to."""
    asked = edge_rows(signature, typical)
    kept = [row for row in asked if _answers(model, signature, row)]
    return kept, len(asked) - len(kept)


def _answers(model: Any, signature: Signature, row: dict[str, Any]) -> bool:
    """Say whether the model has an answer to one row; a missing value may be more than it was made for."""
    try:
        model.predict(features_of(signature, {name: [value] for name, value in row.items()}))
    except Exception:  # noqa: BLE001 - whatever it says, there is nothing to compare with
        return False
    return True


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
