"""What a request asks, whichever way it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.errors import DataError
from runner.serve.replies import Refusal
from runner.ship.rows import Rows, checked
from runner.ship.signature import Signature


@dataclass(frozen=True)
class Question:
    """rows: as the model takes them. wanted: outputs, in the order asked for."""

    rows: Rows
    wanted: tuple[str, ...]


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
