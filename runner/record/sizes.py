"""What a model takes, as trained and after each compressor: `reports/sizes.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

#: What the first entry is called: the model before any compressor.
TRAINED = "trained"


@dataclass(frozen=True)
class Size:
    """One state of the model that is shipped. step: "trained", or the compressor that made it.

    bytes: of the whole pipeline with all it holds, deflated as when it is saved; a format adds its own. None where it
    cannot be taken apart. parameters, multiply_adds: see `runner.record.effort`. latency: seconds for one row alone,
    from raw features to the answer, the median. scores: metric -> mean over the folds on held-out rows.
    """

    step: str
    bytes: int | None
    parameters: int
    multiply_adds: int
    latency: float
    scores: Mapping[str, float | None] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__})
