"""One trial whose rows are never all in memory: `source.stream: true`.

The rows come in batches from the source, as often as they are needed. Where the model learns classes, or plans its
training by the number of batches, a first pass finds these; each transform that learns takes a pass, the model takes
one (one that plans several epochs takes as many), and in the last the held-out rows are predicted, to be scored at
once. Memory is that of two batches and of what is predicted. Whatever has to see all rows is refused before the
first is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from runner.contracts import SourceContext
from runner.execute import scores
from runner.execute.components import Components
from runner.execute.fold import FittedFold, smaller
from runner.execute.gathering import Gathered
from runner.execute.observing import Listeners, Stages
from runner.execute.sizing import Sizing
from runner.execute.streamed_checks import tell_unheeded
from runner.execute.streamed_rows import Stream
from runner.execute.streamed_training import fit_stream, scored
from runner.execute.streamed_turns import Turns
from runner.execute.trial import Trial, sample_of
from runner.plan.experiment import Experiment
from runner.record.records import Metrics, Score, StepRecord
from runner.record.sizes import TRAINED
from runner.record.totals import totals


@dataclass
class _Course:
    """A trial under way."""

    components: Components
    context: SourceContext
    listeners: Listeners
    steps: list[StepRecord] = field(default_factory=list)

    def stream(self, number: int | None) -> Stream:
        """Return the rows. number: of the fold; None for all rows as training rows."""
        gathering, preparing = Turns(self.listeners), Turns(self.listeners, number)
        return Stream(self.components, self.context, gathering, preparing, whole=number is None)

    def fit(self, stream: Stream) -> FittedFold:
        """Have the training carried out by the executor."""
        fitted: FittedFold = self.components.one("executor").component.submit(fit_stream, stream).result()
        stream.gathering.finish()
        self.steps += [*stream.gathering.done, *fitted.steps]
        return fitted


def carry_out_stream(
    experiment: Experiment, components: Components, context: SourceContext, listeners: Listeners
) -> Trial:
    """Run the whole trial in batches. Raises RunnerError, or what a bug raises."""
    tell_unheeded(components)
    course = _Course(components, context, listeners)
    stream = course.stream(0)
    fold = course.fit(stream)
    diverged = fold.diverged
    metrics = scores.summarise(experiment, components, [] if diverged else [fold.scores])
    refit = None
    if diverged is None and experiment.refit == "always":
        refit = course.fit(course.stream(None))
        diverged = refit.diverged
    winner = None
    compressed: dict[str, list[dict[str, Score]]] = {}
    data = stream.surveyed().gathered
    sizing = Sizing(sample_of(components, data.raw))
    if diverged is None:
        winner, compressed = _compress(course, stream, fold, refit, metrics, sizing)
        metrics = replace(metrics, compressed={name: totals(again) for name, again in compressed.items()})
    return Trial(
        data, [fold], refit, winner, metrics, course.steps, sizing.rows, diverged, None, compressed, sizing.found
    )


def gather_stream(components: Components, context: SourceContext, stages: Stages) -> Gathered:
    """Go through the rows once and account for them; nothing is trained. Raises DataError, PluginError."""
    turns = Turns(stages.listeners)
    gathered = Stream(components, context, turns, turns).surveyed().gathered
    turns.finish()
    stages.done += turns.done
    return gathered


def _compress(
    course: _Course, stream: Stream, fold: FittedFold, refit: FittedFold | None, metrics: Metrics, sizing: Sizing
) -> tuple[FittedFold, dict[str, list[dict[str, Score]]]]:
    """Compress what is shipped, and the fold's pipeline to score it again on the held-out rows."""
    compressed: dict[str, list[dict[str, Score]]] = {}
    compressors = course.components.many("compressors")
    if compressors:
        sizing.measure(TRAINED, refit or fold, metrics.total)
    for called in compressors:
        stream.preparing = Turns(course.listeners)
        with stream.preparing.stage(f"compress/{called.name}"):
            fold = smaller(called, fold)
            refit = smaller(called, refit) if refit is not None else None
        compressed[called.name] = [scored(stream, fold.tail, ())[1]]
        stream.preparing.finish()
        course.steps += stream.preparing.done
        sizing.measure(called.name, refit or fold, totals(compressed[called.name]))
    return refit or fold, compressed
