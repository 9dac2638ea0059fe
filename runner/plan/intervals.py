"""How sure a score is to be told to be: the section `intervals` of an experiment.

>>> Intervals.of({"confidence": 0.9})
Intervals(resamples=1000, confidence=0.9)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from runner.checking import check_settings
from runner.errors import ConfigError
from runner.options import CountFromZero, Share
from runner.signature import Option

#: The least that the ends of an interval can be read from.
LEAST = 100


@dataclass(frozen=True)
class Intervals:
    """Intervals of the scores on held-out rows. resamples: how often the rows are drawn again, at most; 0 for none.

    confidence: the share of the resamples that lies within an interval.
    """

    resamples: int = 1000
    confidence: float = 0.95

    @classmethod
    def of(cls, declared: Mapping[str, Any] | None) -> Self:
        """Check the section. Raises ConfigError."""
        options = (Option("resamples", CountFromZero, 1000), Option("confidence", Share, 0.95))
        checked = cls(**check_settings("intervals", options, dict(declared or {})))
        if 0 < checked.resamples < LEAST:
            raise ConfigError(
                f"intervals.resamples: {checked.resamples} are too few to read the ends of an interval from; take "
                f"{LEAST} or more, or 0 for no intervals."
            )
        return checked

    @property
    def declared(self) -> dict[str, Any]:
        """Return the section as it was checked."""
        return asdict(self)
