"""What is unlike the training data in rows that a model failed on: most often the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.ship.rows import Rows
from runner.ship.signature import Input, Signature


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
    return np.asarray(gone.reshape(len(values), -1).any(axis=1), dtype=bool)


def _unseen(one: Input, values: NDArray[Any]) -> NDArray[np.bool_]:
    if one.values is None:
        return np.zeros(len(values), dtype=bool)
    return np.array([value not in one.values for value in values.tolist()], dtype=bool)
