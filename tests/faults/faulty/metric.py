"""A metric that judges only what it likes."""

from __future__ import annotations

from typing import Any

from runner.data import Prediction


class Picky:
    """Share of right answers; where it is below a limit the metric raises, or answers what is no number."""

    direction = "maximize"
    needs = "labels"
    task = "classification"

    def __init__(self, at_least: float = 0.0, instead: str = "raise") -> None:
        self.at_least = at_least
        self.instead = instead

    def score(self, truth: Any, prediction: Prediction) -> float:
        """Return the accuracy. Raises ValueError below the limit."""
        found = float((truth == prediction.labels).mean())
        if found >= self.at_least:
            return found
        if self.instead == "raise":
            raise ValueError(f"{found:.2f} is not worth a score")
        return float(self.instead)
