"""What a request asks, whichever way it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError
from runner.serve.replies import Refusal
from runner.ship.rows import Rows, checked
from runner.ship.signature import Input, Signature

#: The outputs of a model.
LABELS, CHANCES = "predict", "predict_proba"


@dataclass(frozen=True)
class Question:
    """rows: as the model takes them. wanted: outputs, in the order asked for."""

    rows: Rows
    wanted: tuple[str, ...]


#: Output -> (n_rows, …).
Answer = Mapping[str, NDArray[Any]]


def outputs_of(signature: Signature) -> tuple[str, ...]:
    """Name what a model gives."""
    return (LABELS, CHANCES) if signature.probabilities else (LABELS,)


def rows_of(signature: Signature, columns: Mapping[str, Any], most: int) -> Rows:
    """Check values against the signature. columns: see `ship.rows.checked`. Raises Refusal."""
    try:
        rows = checked(signature, columns)
    except DataError as error:
        raise Refusal(400, str(error)) from None
    if rows.n_rows > most:
        raise too_many(rows.n_rows, most)
    if not rows.n_rows:
        raise Refusal(400, "the request has no rows; give at least one")
    return rows


def too_many(rows: int, most: int) -> Refusal:
    """Refuse rows beyond the limit."""
    return Refusal(413, f"{rows} rows in one request, at most {most} are answered; send them in several")


def oddities(signature: Signature, rows: Rows) -> str | None:
    """Say what is unlike the training data in rows that a model failed on; None where nothing is."""
    for odd_rows, what in (
        (_incomplete, "a value that is missing or not finite, and the model learned from none"),
        (_unseen, "a value that the training data did not have"),
    ):
        for one in signature.inputs:
            odd = odd_rows(one, rows.columns[one.name])
            if odd.any():
                return f"input {one.name!r}, row {int(odd.argmax())}: {what}"
    return None


def _incomplete(one: Input, values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.dtype.kind == "f":
        gone = ~np.isfinite(values)
    elif values.dtype == object:
        gone = np.array([value is None for value in values.ravel().tolist()], dtype=bool)
    else:
        return np.zeros(len(values), dtype=bool)
    return gone.reshape(len(values), -1).any(axis=1)


def _unseen(one: Input, values: NDArray[Any]) -> NDArray[np.bool_]:
    if one.values is None:
        return np.zeros(len(values), dtype=bool)
    return np.array([value not in one.values for value in values.tolist()], dtype=bool)
