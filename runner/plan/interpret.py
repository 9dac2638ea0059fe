"""What is told of a finished run's model beside its scores: the section `interpret` of an experiment.

>>> Interpret.of({"subgroups": ["sex"], "worst": 3}).subgroups
('sex',)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from runner.checking import check_settings
from runner.errors import ConfigError
from runner.options import Count, CountFromZero, Several
from runner.signature import Option


@dataclass(frozen=True)
class Interpret:
    """What is computed on held-out rows once a run has its model.

    importance: of the inputs, by shuffling them; None where a report is made and it takes less than half a second.
    partial_dependence: for so many of the most important inputs, or for those named; None for 3 where the importance
    is known. subgroups: columns; the rows of each of their values are scored apart. worst: so many rows with the
    largest errors. terms: so many coefficients for each class, or values of SHAP; 0 for no coefficients. raw: tell
    the values of the worst rows and of rare categories. shap: needs the extra `shap`. rows, features, repeats:
    the most that importance looks at, and how often each input is shuffled.
    """

    importance: bool | None = None
    partial_dependence: int | tuple[str, ...] | None = None
    subgroups: tuple[str, ...] = ()
    worst: int = 10
    terms: int = 15
    raw: bool = False
    shap: bool = False
    rows: int = 1000
    features: int = 50
    repeats: int = 5

    @classmethod
    def of(cls, declared: Mapping[str, Any] | None) -> Self:
        """Check the section. Raises ConfigError."""
        options = (
            Option("importance", bool | None, None),
            Option("partial_dependence", CountFromZero | list[str] | None, None),
            Option("subgroups", tuple[str, ...], ()),
            Option("worst", CountFromZero, 10),
            Option("terms", CountFromZero, 15),
            Option("raw", bool, False),
            Option("shap", bool, False),
            Option("rows", Several, 1000),
            Option("features", Count, 50),
            Option("repeats", Several, 5),
        )
        settings = check_settings("interpret", options, dict(declared or {}))
        if isinstance(settings.get("partial_dependence"), list):
            settings["partial_dependence"] = tuple(settings["partial_dependence"])
        checked = cls(**settings)
        if checked.importance is False and isinstance(checked.partial_dependence, int) and checked.partial_dependence:
            raise ConfigError(
                f"interpret.partial_dependence: {checked.partial_dependence} means that many of the most important "
                "inputs, and 'interpret.importance: false' leaves open which these are. Name the inputs "
                "('partial_dependence: [age]'), or let the importance be computed."
            )
        return checked

    @property
    def declared(self) -> dict[str, Any]:
        """Return the section as it was checked."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
