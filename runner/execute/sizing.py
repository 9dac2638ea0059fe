"""What each compressor makes of the model that is shipped, measured; nothing where there is no compressor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.data import Dataset
from runner.execute.fold import FittedFold
from runner.record.effort import effort_of
from runner.record.model_size import bytes_of
from runner.record.records import Total
from runner.record.sizes import Size
from runner.ship.answers import latency

#: As long as one latency may take to be found.
_SECONDS = 0.1


@dataclass
class Sizing:
    """The states of a model so far. rows: one at least, as the source gives them."""

    rows: Dataset
    found: list[Size] = field(default_factory=list)

    def measure(self, step: str, fold: FittedFold, totals: Mapping[str, Total]) -> None:
        """Note a state. totals: its scores."""
        pipeline = fold.pipeline
        effort = effort_of(pipeline)
        scores = {name: total.mean for name, total in totals.items() if not isinstance(total.mean, list)}
        took = latency(pipeline, first_row(self.rows.features), seconds=_SECONDS)
        size = bytes_of(pipeline, packed=True)
        self.found.append(Size(step, size, effort.parameters, effort.multiply_adds, took, scores))


def first_row(features: Any) -> Any:
    """Return the first row, as rows are asked."""
    return features.iloc[:1] if hasattr(features, "iloc") else features[:1]
