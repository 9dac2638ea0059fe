"""One trial from data to a fitted pipeline, in memory: the flow, readable aloud.

source -> cleaners -> splitter -> per fold (augmenters -> transforms -> model -> metrics) -> refit ->
compressors, scored again. Writing it all down is the business of `recorded`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.execute import collecting, scores
from runner.execute.collecting import Fold
from runner.execute.components import Components
from runner.execute.fold import FittedFold, FoldTask, fit_fold, rescored, smaller
from runner.execute.gathering import Gathered, gather
from runner.execute.held_out import held_out
from runner.execute.intervals import intervals
from runner.execute.observing import Listeners, Stages
from runner.execute.preparing import parted_rows
from runner.plan.experiment import Experiment
from runner.record.records import Metrics, StepRecord, Total
from runner.record.totals import totals


@dataclass(frozen=True)
class Trial:
    """What a trial gives. refit: the training on all rows, None where there was none.

    winner: the fold, or the refit, whose pipeline is shipped, compressed; None if the trial diverged.
    """

    data: Gathered
    folds: Sequence[FittedFold]
    refit: FittedFold | None
    winner: FittedFold | None
    metrics: Metrics
    steps: Sequence[StepRecord]
    sample: Dataset
    diverged: Mapping[str, Any] | None = None

    @property
    def trainings(self) -> Sequence[FittedFold]:
        """Every training: the folds, and the refit where there was one."""
        refits = [self.refit] if self.refit is not None else []
        return [*self.folds, *refits]


@dataclass
class _Course:
    """A trial under way."""

    experiment: Experiment
    components: Components
    listeners: Listeners
    stages: Stages
    steps: list[StepRecord] = field(default_factory=list)

    def fit(self, rows: Dataset, fold: Fold | None, number: int | None) -> FittedFold:
        """Have a fold carried out by the executor. fold: None trains on all rows."""
        parted = parted_rows(self.components, rows, fold)
        task = FoldTask(self.components, parted, self.experiment.seed, number, self.listeners)
        executor = self.components.one("executor")
        fitted: FittedFold = executor.component.submit(fit_fold, task).result()
        self.steps += fitted.steps
        return fitted


def carry_out(experiment: Experiment, components: Components, context: SourceContext, listeners: Listeners) -> Trial:
    """Run the whole trial. Raises RunnerError, or what a bug raises."""
    course = _Course(experiment, components, listeners, Stages(listeners))
    data = gather(components, context, course.stages, strict=experiment.strict)
    course.steps += course.stages.done
    fitted = [course.fit(data.clean, fold, number) for number, fold in enumerate(data.folds)]
    diverged = next((fold.diverged for fold in fitted if fold.diverged), None)
    metrics = scores.summarise(experiment, components, [fold.scores for fold in fitted if not fold.diverged])
    # A metric that cannot score resamples at once would be called hundreds of times: that is not ours to spend.
    quick = [called for called in components.many("metrics") if hasattr(called.component, "resampled")]
    metrics = replace(metrics, intervals=intervals(quick, held_out(fitted), seed=experiment.seed))
    refit = None
    if diverged is None and _wants_refit(experiment, fitted):
        refit = course.fit(data.clean, None, None)
        diverged = refit.diverged
    winner = None
    if diverged is None:
        winner, compressed = _compress(course, fitted, refit or fitted[0])
        metrics = replace(metrics, compressed=compressed)
    return Trial(data, fitted, refit, winner, metrics, course.steps, sample_of(components, data.raw), diverged)


def sample_of(components: Components, raw: Dataset) -> Dataset:
    """Take the first rows as a model will be asked: without columns that only part the rows."""
    return collecting.without_taken(components, raw.take(np.arange(min(5, raw.n_rows))))


def _wants_refit(experiment: Experiment, fitted: Sequence[FittedFold]) -> bool:
    """Ship one trained on all rows, or the one fold's own model, whose score was just measured."""
    return experiment.refit == "always" or (experiment.refit == "auto" and len(fitted) > 1)


def _compress(
    course: _Course, fitted: Sequence[FittedFold], winner: FittedFold
) -> tuple[FittedFold, dict[str, dict[str, Total]]]:
    """Compress what is shipped, and each fold's pipeline to score it again on rows held out from it."""
    folds = list(fitted)
    compressed: dict[str, dict[str, Total]] = {}
    for called in course.components.many("compressors"):
        stages = Stages(course.listeners)
        with stages.stage(f"compress/{called.name}"):
            shared = winner is folds[0]
            folds = [smaller(called, fold) for fold in folds]
            winner = folds[0] if shared else smaller(called, winner)
        again = [rescored(course.components, fold, stages) for fold in folds]
        compressed[called.name] = totals(again)
        course.steps += stages.done
    return winner, compressed
