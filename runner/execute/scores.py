"""Which metric ranks, and what the folds say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.execute.components import Components
from runner.plan.experiment import Experiment
from runner.record.records import Metrics, Score
from runner.record.totals import totals


def summarise(experiment: Experiment, components: Components, folds: Sequence[Mapping[str, Score]]) -> Metrics:
    """Put the folds' scores together. The primary metric is `score_by`, or the first that has a direction."""
    directions = {called.name: called.component.direction for called in components.many("metrics")}
    ranked = [name for name, direction in directions.items() if direction]
    primary = experiment.score_by or (ranked[0] if ranked else None)
    return Metrics(
        primary=primary,
        direction=directions[primary] if primary else None,
        folds=tuple(folds),
        total=totals(folds),
    )
