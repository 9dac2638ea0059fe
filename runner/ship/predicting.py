"""A file of rows answered by a model, piece by piece: its columns pass through, the answers stand after them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.errors import DataError, RunnerError
from runner.ship.fields import typed
from runner.ship.oddities import oddities
from runner.ship.opened import CHANCES, LABELS, Answer, Opened, outputs_of
from runner.ship.pieces import Piece
from runner.ship.rows import checked
from runner.ship.signature import Signature


def predicted(model: Opened, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Give each piece with the columns `predict` and, for a classifier, `predict_proba_<class>`.

    Raises DataError, naming the row of the file counted from 1, for rows that the model has no answer to.
    """
    before = 0
    for piece in pieces:
        length = len(next(iter(piece.values()), ()))
        try:
            yield {**piece, **_answers(model, piece, length)}
        except DataError as error:
            raise DataError(f"rows {before + 1} to {before + length}: {error}") from None
        before += length


def _answers(model: Opened, piece: Piece, length: int) -> Piece:
    names = _names(model.signature)
    clash = sorted(set(names) & piece.keys())
    if clash:
        raise DataError(f"the file has a column {clash[0]!r} already, which the answers would overwrite; rename it")
    if not length:
        return {name: [] for name in names}
    rows = checked(model.signature, _columns(model.signature, piece, length))
    try:
        answer = model.answer(rows, outputs_of(model.signature))
    except RunnerError:
        raise
    except Exception as error:
        odd = oddities(model.signature, rows)
        if odd is None:
            error.add_note("while the model was asked")
            raise
        raise DataError(f"the model has no answer: {odd} (counted from 0 within these)") from None
    return dict(zip(names, _listed(answer), strict=True))


def _names(signature: Signature) -> list[str]:
    chances = [f"{CHANCES}_{label}" for label in signature.classes or ()] if signature.probabilities else []
    return [LABELS, *chances]


def _listed(answer: Answer) -> Iterator[list[Any]]:
    yield [label.decode() if isinstance(label, bytes) else label for label in answer[LABELS].tolist()]
    if CHANCES in answer:
        yield from list(answer[CHANCES].T.tolist())


def _columns(signature: Signature, piece: Piece, length: int) -> Mapping[str, Any]:
    """Return what the model is asked with; texts of a file without types are read by the type of their input."""
    if signature.kind == "table":
        known = {one.name: one for one in signature.inputs}
        return {name: _read(values, known[name]) for name, values in piece.items() if name in known}
    one = signature.inputs[0]
    if one.name in piece:
        return {one.name: piece[one.name]}
    width = math.prod(one.shape)
    if len(piece) != width:
        raise DataError(
            f"the model takes arrays of shape {list(one.shape)}, {width} numbers a row, and the file has "
            f"{len(piece)} columns. Give one column a number, in their order."
        )
    columns = [_read(values, one) for values in piece.values()]
    rows = [[column[row] for column in columns] for row in range(length)]
    return {one.name: [_shaped(row, one.shape) for row in rows]}


def _read(values: Sequence[Any], one: Any) -> list[Any]:
    texts = all(value is None or isinstance(value, str) for value in values)
    if one.datatype != "BYTES" and texts:
        return typed([value or "" for value in values], one)
    if one.datatype == "BYTES":
        return [None if value in (None, "") else value if isinstance(value, str) else str(value) for value in values]
    return list(values)


def _shaped(flat: list[Any], shape: tuple[int, ...]) -> Any:
    if len(shape) <= 1:
        return flat
    size = math.prod(shape[1:])
    return [_shaped(flat[start : start + size], shape[1:]) for start in range(0, len(flat), size)]
