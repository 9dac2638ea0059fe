"""An experiment up to the point where training would begin; nothing is trained and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.catalogue import Catalogue
from runner.execute.components import build_components
from runner.execute.data_report import DataReport
from runner.execute.gathering import gather
from runner.execute.observing import Stages
from runner.execute.preparing import fold_stages
from runner.execute.request import Request
from runner.execute.run_log import noted
from runner.execute.streamed_checks import check_streamable
from runner.execute.streaming import gather_stream
from runner.execute.surroundings import Surroundings
from runner.plan.experiment import resolve
from runner.plan.streamed import streams
from runner.record.records import StepRecord


@dataclass(frozen=True)
class Rehearsal:
    """What was found. stages: those carried out; ahead: what would follow in each fold; notes: warnings on the way.

    metrics, trainings: what would be scored, and how often would be trained, a refit on all rows included.
    """

    experiment: str
    report: DataReport
    stages: Sequence[StepRecord]
    ahead: Sequence[str]
    metrics: Sequence[str]
    trainings: int
    notes: Sequence[str]


def rehearse(request: Request, catalogue: Catalogue) -> Rehearsal:
    """Check a declaration, build its components, and gather its data. Raises RunnerError as a run would."""
    experiment = resolve(request.declared, catalogue, name=request.name, judged=request.judged)
    surroundings = Surroundings(catalogue, Path(request.folder))
    components = build_components(experiment, surroundings.folder)
    streamed = streams(experiment)
    if streamed:
        check_streamable(components)
    stages = Stages()
    with noted() as notes:
        notes += experiment.remarks
        context = surroundings.context(experiment.seed)
        if streamed:
            gathered = gather_stream(components, context, stages)
        else:
            gathered = gather(components, context, stages, strict=experiment.strict)
    n_folds = len(gathered.folds)
    final = gathered.final is not None
    refits = (experiment.refit == "always" or (experiment.refit == "auto" and n_folds > 1 and not final)) + final
    return Rehearsal(
        experiment=experiment.name,
        report=gathered.report,
        stages=stages.done,
        ahead=[*(stage.name for stage in fold_stages(components)), f"train/{components.one('model').name}"],
        metrics=[called.name for called in components.many("metrics")],
        trainings=n_folds + refits,
        notes=[note for note in dict.fromkeys(notes) if not _is_told(note, gathered.report)],
    )


def _is_told(note: str, report: DataReport) -> bool:
    """Say whether the report has it, too."""
    return note in report.leaks or any(note.endswith(told) for told in report.notes)
