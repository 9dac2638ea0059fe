"""How sure a score is: where it would lie had other rows been held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval of a score.

    low, high: None where there is none, and `note` says why. confidence: such as 0.95. resamples: how many it was
    made of. note: what a reader should know of it.
    """

    low: float | None
    high: float | None
    confidence: float
    resamples: int
    note: str | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(
            low=record["low"],
            high=record["high"],
            confidence=record["confidence"],
            resamples=record["resamples"],
            note=record["note"],
        )
