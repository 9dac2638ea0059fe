"""How a job ended, in values that travel between processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """How a job ended. exit_code: 0 if well; message: why not; path: the committed run folder, if there is one.

    score: mean of the primary metric, None where there is none. notes: what a person should know.
    """

    exit_code: int
    message: str = ""
    path: str | None = None
    score: float | None = None
    notes: Sequence[str] = ()
