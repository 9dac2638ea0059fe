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
from runner.ship.signature import Signature

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
    for one in signature.inputs:
        values = rows.columns[one.name]
        if values.dtype.kind == "f":
            odd = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
            what = "a value that is missing or not finite, and the model learned from none"
        elif values.dtype == object and one.values is not None:
            odd = np.array([value not in one.values for value in values.ravel().tolist()]).reshape(len(values))
            what = "a value that the training data did not have"
        elif values.dtype == object:
            odd = np.array([value is None for value in values.ravel().tolist()])
            odd = odd.reshape(len(values), -1).any(axis=1)
            what = "a missing value, and the model learned from none"
        else:
            continue
        if odd.any():
            return f"input {one.name!r}, row {int(odd.argmax())}: {what}"
    return None
