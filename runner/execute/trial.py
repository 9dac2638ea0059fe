"""One trial from data to a fitted pipeline, in memory: the flow, readable aloud.

source -> cleaners -> splitter -> per fold (augmenters -> transforms -> model -> metrics) -> last judgement ->
refit -> compressors, scored again. Writing it all down is the business of `recorded`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.execute import collecting, scores
from runner.execute.collecting import Fold
from runner.execute.components import Components
from runner.execute.fold import FittedFold, FoldTask, fit_fold, rescored, smaller, tell_again
from runner.execute.gathering import Gathered, gather
from runner.execute.held_out import held_out
from runner.execute.intervals import intervals
from runner.execute.judging import judged_names, with_judgement
from runner.execute.observing import Listeners, Stages
from runner.execute.preparing import parted_rows
from runner.execute.sizing import Sizing
from runner.plan.experiment import Experiment
from runner.record.interval import Interval
from runner.record.records import Metrics, Score, StepRecord, Total
from runner.record.sizes import TRAINED, Size
from runner.record.totals import totals


@dataclass(frozen=True)
class Trial:
    """What a trial gives. refit: the training on all rows, None where there was none.

    winner: the fold, or the refit, whose pipeline is shipped, compressed; None if the trial diverged. final: the
    training on all rows but those kept for the last judgement, and its scores on these; None where none are kept.
    compressed: compressor -> the scores of each of `judged` after it. sizes: of the winner, as trained and after each
    compressor; none where there is no compressor.
    """

    data: Gathered
    folds: Sequence[FittedFold]
    refit: FittedFold | None
    winner: FittedFold | None
    metrics: Metrics
    steps: Sequence[StepRecord]
    sample: Dataset
    diverged: Mapping[str, Any] | None = None
    final: FittedFold | None = None
    compressed: Mapping[str, Sequence[Mapping[str, Score]]] = field(default_factory=dict)
    sizes: Sequence[Size] = ()

    @property
    def judged(self) -> Sequence[FittedFold]:
        """Every training that was scored: the folds, and the last judgement where there was one."""
        return [*self.folds, *([self.final] if self.final is not None else [])]

    @property
    def trainings(self) -> Sequence[FittedFold]:
        """Every training: those that were scored, and the refit where there was one."""
        return [*self.judged, *([self.refit] if self.refit is not None else [])]


#: What a fold does without, and what cannot leave this process.
_OF_THIS_PROCESS = frozenset({"executor", "trackers", "exporters", "deployers", "compressors", "source"})


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
        return self.fitted([self.begun(rows, fold, number)])[0]

    def begun(self, rows: Dataset, fold: Fold | None, number: int | None) -> Future[FittedFold]:
        """Hand a fold to the executor, which may have others in work."""
        parted = parted_rows(self.components, rows, fold)
        executor = self.components.one("executor").component
        elsewhere = getattr(executor, "elsewhere", False)
        components = self.components.without(_OF_THIS_PROCESS) if elsewhere else self.components
        task = FoldTask(components, parted, self.experiment.seed, number, self.listeners)
        begun: Future[FittedFold] = executor.submit(fit_fold, task)
        return begun

    def fitted(self, begun: Sequence[Future[FittedFold]]) -> list[FittedFold]:
        """Wait for folds, in their order."""
        folds = [one.result() for one in begun]
        elsewhere = getattr(self.components.one("executor").component, "elsewhere", False)
        for fold in folds:
            self.steps += fold.steps
            if elsewhere:  # nobody here heard of it while it went on
                tell_again(self.listeners, fold)
        return folds


def carry_out(experiment: Experiment, components: Components, context: SourceContext, listeners: Listeners) -> Trial:
    """Run the whole trial. Raises RunnerError, or what a bug raises."""
    course = _Course(experiment, components, listeners, Stages(listeners))
    data = gather(components, context, course.stages, strict=experiment.strict)
    course.steps += course.stages.done
    fitted = course.fitted([course.begun(data.clean, fold, number) for number, fold in enumerate(data.folds)])
    diverged = next((fold.diverged for fold in fitted if fold.diverged), None)
    metrics = scores.summarise(experiment, components, [fold.scores for fold in fitted if not fold.diverged])
    final = None
    if diverged is None and data.final is not None:
        final = course.fit(data.clean, data.final, len(fitted))
        diverged = final.diverged
        metrics = metrics if diverged else with_judgement(metrics, final.scores)
    judged = [*fitted, *([final] if final is not None else [])]
    metrics = replace(metrics, intervals=_intervals(experiment, components, judged))
    refit = None
    if diverged is None and _wants_refit(experiment, judged, final):
        refit = course.fit(data.clean, None, None)
        diverged = refit.diverged
    winner = None
    compressed: dict[str, list[dict[str, Score]]] = {}
    sizes: Sequence[Size] = ()
    sample = sample_of(components, data.raw)
    if diverged is None:
        sizing = Sizing(sample)
        winner, compressed = _compress(course, judged, final, refit, metrics, sizing)
        metrics = replace(metrics, compressed={name: _totals(again, final) for name, again in compressed.items()})
        sizes = sizing.found
    return Trial(data, fitted, refit, winner, metrics, course.steps, sample, diverged, final, compressed, sizes)


def _intervals(
    experiment: Experiment, components: Components, judged: Sequence[FittedFold]
) -> Mapping[str, Interval]:
    """Tell how sure the scores are, as far as the experiment asks for it."""
    # A metric that cannot score resamples at once would be called hundreds of times: that is not ours to spend.
    quick = [called for called in components.many("metrics") if hasattr(called.component, "resampled")]
    wanted = experiment.intervals
    return intervals(
        quick, held_out(judged), seed=experiment.seed, resamples=wanted.resamples, confidence=wanted.confidence
    )


def sample_of(components: Components, raw: Dataset) -> Dataset:
    """Take the first rows as a model will be asked: without columns that only part the rows."""
    return collecting.without_taken(components, raw.take(np.arange(min(5, raw.n_rows))))


def _wants_refit(experiment: Experiment, judged: Sequence[FittedFold], final: FittedFold | None) -> bool:
    """Ship one trained on all rows, or the very model whose score was just measured: of the one fold, or the last."""
    return experiment.refit == "always" or (experiment.refit == "auto" and len(judged) > 1 and final is None)


def _compress(
    course: _Course,
    judged: Sequence[FittedFold],
    final: FittedFold | None,
    refit: FittedFold | None,
    metrics: Metrics,
    sizing: Sizing,
) -> tuple[FittedFold, dict[str, list[dict[str, Score]]]]:
    """Compress what is shipped, and each scored pipeline to score it again on rows held out from it."""
    compressed: dict[str, list[dict[str, Score]]] = {}
    compressors = course.components.many("compressors")
    if compressors:
        sizing.measure(TRAINED, _shipped(judged, final, refit), metrics.total)
    for called in compressors:
        stages = Stages(course.listeners)
        with stages.stage(f"compress/{called.name}"):
            judged = [smaller(called, fold) for fold in judged]
            refit = None if refit is None else smaller(called, refit)
        compressed[called.name] = [rescored(course.components, fold, stages) for fold in judged]
        course.steps += stages.done
        sizing.measure(called.name, _shipped(judged, final, refit), _totals(compressed[called.name], final))
    return _shipped(judged, final, refit), compressed


def _shipped(judged: Sequence[FittedFold], final: FittedFold | None, refit: FittedFold | None) -> FittedFold:
    """Choose what is shipped; of several, without a training on all rows, only the last judgement's."""
    return refit or judged[-1 if final else 0]


def _totals(scores: Sequence[Mapping[str, Score]], final: FittedFold | None) -> dict[str, Total]:
    """Put the scores of the folds together; those of the last judgement stay by themselves."""
    return totals(scores) if final is None else totals(scores[:-1]) | totals([judged_names(scores[-1])])
