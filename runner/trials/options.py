"""How a sweep is to be carried out: the settings of the section `sweep` beside its space."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from annotated_types import Ge

from runner.checking import check_settings
from runner.errors import ConfigError
from runner.options import Count
from runner.plan.space_section import PARTS
from runner.signature import Option
from runner.trials.task import Limits

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}

_OPTIONS = (
    Option("metric", str | None, None),
    Option("direction", Literal["maximize", "minimize"] | None, None),
    Option("aggregate", Literal["mean", "median", "min", "max"], "mean"),
    Option("time", str | int | float | None, None),
    Option("trial_time", str | int | float | None, None),
    Option("trial_memory", str | int | None, None),
    Option("workers", Annotated[int, Ge(1)] | None, None),
    Option("max_same_error", Count, 5),
    Option("ship", Literal["best", "none"], "best"),
    Option("choose", Literal["best", "one_standard_error"], "best"),
    Option("cost", str | None, None),
)


@dataclass(frozen=True)
class Options:
    """metric: the objective, by default what ranks the experiment. direction: by default the metric's own.

    aggregate: of the scores over folds and seeds. time: seconds after which no trial begins any more. trial: what
    one trial may use. workers: processes; None: one per core. max_same_error: so many trials with one mistake
    in the declaration end the sweep. ship: run the winner once more, whole, with its exports. choose, cost: which
    trial is the winner, and what makes one cheaper than another (`runner.record.choosing`).
    """

    metric: str | None = None
    direction: Literal["maximize", "minimize"] | None = None
    aggregate: Literal["mean", "median", "min", "max"] = "mean"
    time: float | None = None
    trial: Limits = field(default_factory=Limits)
    workers: int | None = None
    max_same_error: int = 5
    ship: Literal["best", "none"] = "best"
    choose: Literal["best", "one_standard_error"] = "best"
    cost: str | None = None

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Options:
        """Check the section `sweep`, its space aside. Raises ConfigError."""
        given = {str(name): value for name, value in section.items() if name not in PARTS}
        checked = check_settings("sweep", _OPTIONS, given)
        time, trial_time, memory = (checked.pop(name, None) for name in ("time", "trial_time", "trial_memory"))
        limits = Limits(_read(trial_time, "trial_time", _UNITS), _whole(_read(memory, "trial_memory", _SIZES)))
        if checked.get("choose") == "one_standard_error" and checked.get("cost") is None:
            raise ConfigError(
                "sweep.choose: 'one_standard_error' takes the cheapest trial that is about as good as the best, and "
                "nothing says what is cheap. Say it with 'sweep.cost=seconds', 'sweep.cost=model_bytes', or by a "
                "swept setting."
            )
        return cls(**checked, time=_read(time, "time", _UNITS), trial=limits)


def _read(given: Any, name: str, units: Mapping[str, int]) -> float | None:
    """Read "90 s", "10m", "2 GB" or a plain number."""
    if given is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(given).lower())
    if match is None or match[2] not in units or float(match[1]) <= 0:
        known = ", ".join(unit for unit in units if unit)
        raise ConfigError(f"sweep.{name}: {given!r} is no amount; write a number with one of {known}, such as '10m'.")
    return float(match[1]) * units[match[2]]


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def split_section(section: Mapping[str, Any] | None) -> tuple[dict[str, Any], Options]:
    """Part the section `sweep` into what its space is and how it is carried out."""
    given = {name: value for name, value in (section or {}).items() if name not in PARTS or value}
    return {name: value for name, value in given.items() if name in PARTS}, Options.of(given)
