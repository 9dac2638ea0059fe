"""What the trials of a sweep are compared by: the score, and what a search hears besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from runner.contracts import Search, Space
from runner.errors import ConfigError
from runner.plan.experiment import Experiment
from runner.record.measures import Measure, check_measure, measure, point, unbeaten
from runner.record.sweeps import Direction, TrialRecord
from runner.trials.options import Options
from runner.trials.surveying import Surveyor
from runner.trials.tally import Objective


def directions_of(experiment: Experiment, surveyor: Surveyor) -> dict[str, Direction]:
    """Return the experiment's metrics that rank, and what is better."""
    told = {step.name: surveyor.directions.get(step.key) for step in experiment.many("metrics")}
    return {name: cast(Direction, direction) for name, direction in told.items() if direction}


def objective_of(experiment: Experiment, directions: Mapping[str, Direction], options: Options) -> Objective:
    """Find what is to be the best. Raises ConfigError where nothing ranks the trials."""
    metrics = [step.name for step in experiment.many("metrics")]
    name = options.metric or experiment.score_by or next(iter(directions), None)
    if name is None or name not in metrics:
        raise ConfigError(
            f"sweep.metric: {name!r} is none of the experiment's metrics, {metrics!r}. A sweep needs one "
            "to rank its trials by: 'metrics=[…]', 'score_by=NAME' or 'sweep.metric=NAME'."
        )
    direction = options.direction or directions.get(name)
    if direction is None:
        raise ConfigError(
            f"sweep.metric: metric {name!r} is a description and ranks nothing. Choose one of {list(directions)!r}."
        )
    return Objective(name, direction, options.aggregate)


def against_of(
    search: Search, objective: Objective, directions: Mapping[str, Direction], space: Space
) -> list[Measure]:
    """Return what a search hears besides the score. Raises ConfigError for what no trial's record will tell."""
    names: Sequence[str] = getattr(search, "against", ())
    for name in names:
        if name == objective.metric:
            raise ConfigError(f"search.against: {name!r} is the score itself, which the search hears anyway.")
        check_measure("search.against", name, space.axes, directions)
    return [measure(name, directions) for name in names]


def front_of(trials: Sequence[TrialRecord], against: Sequence[Measure], objective: Objective) -> list[int]:
    """Return the numbers of the trials that no other beats by score and all else that a search heard of them."""
    best = unbeaten([point(trial, objective.direction, against) for trial in trials])
    return [trial.number for place, trial in enumerate(trials) if place in best]
