"""What a trial is compared by beside its score: another metric, what it costs, or a swept number.

    check_measure("sweep.cost", "seconds", axes)      # before any trial runs
    measure("model_bytes").of(record)
    unbeaten([point(record, "maximize", [measure("model_bytes")]) for record in records])

A cost is `seconds` (of training and scoring), `latency` (seconds to predict a row), `model_bytes` (of the fitted
model), `peak_bytes` (of memory), or a swept setting that is a number, such as `model.hidden`; with a minus before it,
more is cheaper: `-model.l2`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from runner.contracts import Axis
from runner.errors import ConfigError, did_you_mean
from runner.record.sweeps import Direction, TrialRecord


@dataclass(frozen=True)
class Measure:
    """of: what it is of a trial: infinite where a cost is not known, NaN where a metric has no score."""

    name: str
    direction: Direction
    of: Callable[[TrialRecord], float]

    def oriented(self, trial: TrialRecord) -> float:
        """Return it turned so that more is better."""
        value = self.of(trial)
        return -value if self.direction == "minimize" else value


def measure(name: str, directions: Mapping[str, Direction] | None = None) -> Measure:
    """Return what a name stands for. directions: metric -> its direction; every other name is a cost."""
    if directions and name in directions:
        return Measure(name, directions[name], partial(_mean, name))
    if name in MEASURED:
        return Measure(name, "minimize", MEASURED[name])
    if name.startswith("-"):
        return Measure(name, "maximize", partial(_setting, name[1:]))
    return Measure(name, "minimize", partial(_setting, name))


Point = tuple[float, ...]


def point(trial: TrialRecord, direction: Direction | None, measures: Sequence[Measure]) -> Point:
    """Return a trial's score and measures, more being better; what its record does not tell is the worst there is."""
    score = math.nan if trial.score is None else -trial.score if direction == "minimize" else trial.score
    values = (score, *(one.oriented(trial) for one in measures))
    return tuple(-math.inf if math.isnan(value) else value for value in values)


def unbeaten(points: Sequence[Point]) -> set[int]:
    """Return the places of the points that no other beats: as good in everything and better in something."""
    front: list[int] = []
    # What beats a point stands before it in this order, and is itself beaten by none or by one of the front.
    for place in sorted(range(len(points)), key=lambda place: points[place], reverse=True):
        mine = points[place]
        if not any(points[one] != mine and _reaches(points[one], mine) for one in front):
            front.append(place)
    return set(front)


def _reaches(one: Point, other: Point) -> bool:
    return all(mine >= yours for mine, yours in zip(one, other, strict=True))


def check_measure(where: str, name: str, axes: Iterable[Axis], metrics: Iterable[str] = ()) -> None:
    """Refuse, before any trial runs, what no record will hold, or is no number. where: it is declared.

    metrics: those that may be named. Raises ConfigError.
    """
    values: dict[str, list[Any]] = {}
    for axis in axes:
        values.setdefault(axis.key, []).extend(axis.values or ())
    scores = list(metrics)
    known = [*scores, *MEASURED, *values, *(f"-{key}" for key in values)]
    if name not in known:
        or_metric = f", nor another metric that ranks ({', '.join(scores) or 'there is none'})" if metrics else ""
        raise ConfigError(
            f"{where}: {name!r} is neither measured ({', '.join(MEASURED)}) nor a swept setting{or_metric}. "
            f"{did_you_mean(name, known)}"
        )
    if name in scores:
        return
    for value in values.get(name.removeprefix("-"), ()):
        _check_number(where, name.removeprefix("-"), value)


def _mean(metric: str, trial: TrialRecord) -> float:
    """Return a metric's mean over folds and seeds."""
    total = trial.metrics.total.get(metric)
    return math.nan if total is None or not isinstance(total.mean, int | float) else float(total.mean)


def _setting(key: str, trial: TrialRecord) -> float:
    """Return a swept number. A trial that has not this setting has no such part, and costs nothing by it."""
    value = trial.settings.get(key, 0.0)
    _check_number("sweep.cost", key, value)
    return float(value)


def _check_number(where: str, key: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(
            f"{where}: {key!r} may be {value!r}, and a cost is a number. Choose another setting, or one of "
            f"{', '.join(MEASURED)}."
        )


def _latency(trial: TrialRecord) -> float:
    """Return the seconds to predict one row, measured or over all folds; infinite where the steps do not tell."""
    if trial.latency is not None:
        return trial.latency
    predictions = [step for step in trial.steps if step.step.partition("/")[0] == "predict" and step.rows_in]
    # The last of a fold is that of the pipeline as it would be shipped, compressed.
    steps = {step.fold: step for step in predictions}.values()
    rows = sum(step.rows_in or 0 for step in steps)
    return sum(step.seconds for step in steps) / rows if rows else math.inf


def _bytes(measured: int | None) -> float:
    return math.inf if measured is None else float(measured)


#: Name of a cost -> what a trial's record tells of it; infinite where it does not.
MEASURED: Mapping[str, Callable[[TrialRecord], float]] = {
    "seconds": lambda trial: trial.seconds,
    "latency": _latency,
    "model_bytes": lambda trial: _bytes(trial.model_bytes),
    "peak_bytes": lambda trial: _bytes(trial.peak_bytes),
}
