"""A trial carried out in a run folder: what was asked, what happened, what came out, all on disk.

Nothing is written before the declaration is known to be sound and every component is built. From then on
the folder tells the story even if the trial fails: a failed run is committed too, with its log.
"""

from __future__ import annotations

import logging
import platform
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from runner.catalogue import Catalogue
from runner.contracts import Event, Tracker
from runner.drifting.reference import LEAST
from runner.errors import ExitCode, RunnerError
from runner.execute.bits import trial_bits
from runner.execute.cleaning import Repair
from runner.execute.components import Components, build_components
from runner.execute.curves import write_curves
from runner.execute.exporting import Shipping
from runner.execute.fold_table import trial_scores
from runner.execute.held_out import held_out
from runner.execute.interpreting.interpretation import interpretation
from runner.execute.interpreting.shap_values import check_extra
from runner.execute.observing import Listeners, Stages, deliveries_to, failure
from runner.execute.referring import reference_of
from runner.execute.rejected import rejected_table
from runner.execute.request import Request
from runner.execute.run_events import run_begun, run_ended
from runner.execute.run_log import log_file, noted, told_now
from runner.execute.streamed_checks import check_streamable
from runner.execute.streaming import carry_out_stream
from runner.execute.surroundings import Surroundings
from runner.execute.trial import Trial, carry_out
from runner.plan.experiment import Experiment, resolve
from runner.plan.seeds import random_state
from runner.plan.streamed import streams
from runner.record import environment, layout
from runner.record.fold_scores import scores_table
from runner.record.folder import DOWNLOADS, RunFolder
from runner.record.plain import plain
from runner.record.predictions import HeldOut, cells, predictions_table
from runner.record.records import ErrorRecord, Metrics, RunInfo, State, StepRecord
from runner.record.redaction import redact_command
from runner.secrets import masked

log = logging.getLogger("runner")

#: A table of more predicted numbers than this, 100 MB, is left out.
_MOST_PREDICTED = 5_000_000


#: Writes the report of a run into its folder, which holds everything else by then. Given by whoever asks for the run.
Page = Callable[[Path], None]


class Diverged(RunnerError):
    """The training left the finite numbers; there is no model to ship."""

    exit_code = ExitCode.SOME_TRIALS_FAILED


@dataclass(frozen=True)
class Outcome:
    """How a recorded run ended. path: its committed folder; error: why it failed, None where it did not."""

    path: Path
    metrics: Metrics
    steps: Sequence[StepRecord]
    seconds: float
    remarks: Sequence[str] = ()
    error: Exception | None = None


def execute(
    request: Request,
    catalogue: Catalogue,
    listeners: Sequence[tuple[str, Tracker]] = (),
    page: Page | None = None,
) -> Outcome:
    """Check, build, run and record. Raises RunnerError before the folder exists; later the outcome holds it.

    page: called where the experiment asks for a report.
    """
    experiment = resolve(request.declared, catalogue, name=request.name, judged=request.judged)
    if experiment.interpret.shap:
        check_extra()
    surroundings = Surroundings(catalogue, Path(request.folder), Path(request.root, DOWNLOADS).absolute())
    components = build_components(experiment, surroundings.folder)
    if streams(experiment):
        check_streamable(components)
    now, start = datetime.now(UTC), time.perf_counter()
    folder = RunFolder.create(Path(request.root), experiment.name, now)
    shown = any(getattr(ear, "shows", False) for _, ear in listeners)
    with log_file(folder.folder("logs") / "run.log"), noted(told_now if shown else None) as notes:
        notes += experiment.remarks
        chosen = [(called.name, called.component) for called in components.many("trackers")]
        deliveries = deliveries_to(chosen, lambda name: folder.path / layout.TRACKERS / name, shown=shown)
        return _Recording(
            request, experiment, components, surroundings, folder, Listeners(listeners, deliveries, folder.id), now,
            start, notes, trusted_types(catalogue), catalogue.onnx_converters(), page,
        ).carry_out()  # fmt: skip


def trusted_types(catalogue: Catalogue) -> frozenset[str]:
    """Name every type a saved model may hold: what is installed decides, never the file."""
    return catalogue.trusted_types() | {f"{Repair.__module__}.{Repair.__qualname__}"}


@dataclass
class _Recording:
    """One run being recorded."""

    request: Request
    experiment: Experiment
    components: Components
    surroundings: Surroundings
    folder: RunFolder
    listeners: Listeners
    now: datetime
    start: float
    notes: list[str]
    trusted: frozenset[str]
    converters: Mapping[str, Any]
    page: Page | None = None

    def carry_out(self) -> Outcome:
        self._write_request()
        begun = run_begun(self.request, self.experiment, self.folder)
        self.listeners.hear(Event("run_started", details=begun))
        try:
            return self._carried_out()
        except BaseException as error:  # it was interrupted, or the disk is full
            told = run_ended(self.folder, "interrupted", Metrics(), failure(error))
            self.listeners.hear(Event("run_failed", seconds=time.perf_counter() - self.start, details=told))
            self.listeners.close()
            raise

    def _carried_out(self) -> Outcome:
        try:
            context = self.surroundings.context(self.experiment.seed)
            flow = carry_out_stream if streams(self.experiment) else carry_out
            trial = flow(self.experiment, self.components, context, self.listeners)
            self._write_trial(trial)
            stages = Stages(self.listeners)
            self._interpret(trial, stages)
            shipping = Shipping(self.components, self.folder, self.trusted, self.converters, self._info)
            shipping.carry_out(self.experiment.name, trial, stages)
            self._write_reference(trial, stages)
            steps = [*trial.steps, *stages.done]
        except Exception as error:  # noqa: BLE001 - whatever it was, the run folder tells it
            return self._failed(error)
        finally:
            self._dismiss()
        self.folder.write_jsonl(layout.STEPS, steps)
        if trial.diverged:
            diverged = Diverged(_diverged_message(trial.diverged))
            log.error("%s", diverged)
            return self._finish(trial.metrics, steps, diverged)
        return self._finish(trial.metrics, steps, None)

    def _dismiss(self) -> None:
        """Let an executor that works elsewhere end what it has started."""
        executor = self.components.one("executor")
        if getattr(executor.component, "elsewhere", False):
            executor.call("closing", executor.component.close)

    def _failed(self, error: Exception) -> Outcome:
        log.error("the run failed", exc_info=error)
        return self._finish(Metrics(), [], error)

    def _finish(self, metrics: Metrics, steps: Sequence[StepRecord], error: Exception | None) -> Outcome:
        info = self._info(error)
        # Asked last, because only libraries that are loaded can be seen.
        self.folder.write_json(layout.THREADS, environment.threads())
        self.folder.write_json(layout.RUN, info)
        self._write_page()
        for handler in log.handlers:
            handler.flush()
        told = run_ended(self.folder, info.state, metrics, None if error is None else failure(error))
        name = "run_failed" if error else "run_finished"
        self.listeners.hear(Event(name, seconds=info.seconds, details=told))
        self.listeners.close()
        return Outcome(self.folder.commit(), metrics, steps, info.seconds, tuple(dict.fromkeys(self.notes)), error)

    def _info(self, error: Exception | None = None) -> RunInfo:
        """Tell how the run ends, were it to end now."""
        state: State = "done" if error is None else "diverged" if isinstance(error, Diverged) else "failed"
        return RunInfo(
            id=self.folder.id,
            experiment=self.experiment.name,
            state=state,
            started=self.now.isoformat(timespec="seconds"),
            seconds=time.perf_counter() - self.start,
            command=redact_command(self.request.command),
            seed=self.experiment.seed,
            host=sha256(platform.node().encode()).hexdigest()[:12],
            versions={"runner": version("runner-ml"), "python": platform.python_version()},
            error=ErrorRecord(type(error).__name__, masked(str(error))) if error else None,
        )

    def _write_page(self) -> None:
        """Write the report, if one is wanted. It tells of a run and is none of its results: it never fails one."""
        if self.experiment.report == "none":
            return
        later = f"'runner report {self.folder.id}' makes it later"
        if self.page is None:
            log.warning("no report is written by this way of running; %s", later)
            return
        try:
            self.page(self.folder.path)
        except Exception as error:
            told = str(error) if isinstance(error, RunnerError) else f"{type(error).__name__}: {error}"
            log.warning("the report is not written: %s; %s", told, later)
            log.info("where the report failed", exc_info=error)

    def _write_request(self) -> None:
        request, folder = self.request, self.folder
        folder.write_text(layout.RESOLVED, _yaml(self.experiment.declared))
        folder.write_text(layout.OVERRIDES, _yaml(redact_command(request.overrides)))
        folder.write_text(layout.CHOICES, _yaml(dict(request.choices)))
        folder.write_json(layout.CODE, request.code)
        folder.write_json(layout.PACKAGES, {**request.packages, **self.surroundings.catalogue.local_code})
        places = [step.path for step in self.experiment]
        derived = {place: random_state(self.experiment.seed, place) for place in places}
        rule = "numpy.random.SeedSequence(root, spawn_key=sha256(place#fold)), see runner.plan.seeds"
        folder.write_json(layout.SEEDS, {"root": self.experiment.seed, "rule": rule, "derived": derived})
        words = redact_command(request.command)
        replay = f"# {folder.id}\n\nRun it again:\n\n```bash\n{shlex.join(words)}\n```\n" if words else ""
        folder.write_text(layout.REPLAY, replay or f"# {folder.id}\n\nRun from Python: `runner.run({{...}})`.\n")

    def _write_trial(self, trial: Trial) -> None:
        source = self.components.one("source").step
        raw, n_rows = trial.data.raw, trial.data.fingerprints["raw"]["rows"]
        told = {"use": source.offer.name, "fingerprint": raw.fingerprint, "rows": n_rows}
        self.folder.write_json(layout.SOURCES, {"sources": [told]})
        self.folder.write_json(layout.FINGERPRINT, trial.data.fingerprints)
        self.folder.write_json(layout.DATA_REPORT, trial.data.report)
        if raw.rejected:
            self.folder.write_text(layout.REJECTED, rejected_table(raw.rejected))
        self.folder.write_json(layout.METRICS, trial.metrics)
        self.folder.write_text(layout.SCORES, scores_table(trial_scores(trial)))
        if trial.sizes:
            self.folder.write_json(layout.SIZES, {"models": trial.sizes})
        self._write_predictions(held_out(trial.judged))
        self.folder.write_json(layout.BITS, trial_bits(trial))
        write_curves(self.folder, trial.trainings)

    def _interpret(self, trial: Trial, stages: Stages) -> None:
        """Tell what the model goes by; one that diverged goes by nothing."""
        if trial.diverged:
            return
        with stages.stage("interpret") as stage:
            told = interpretation(self.experiment, self.components, trial)
            stage.note = "; ".join(f"no {part}: {why}" for part, why in told.left_out.items()) or None
        self.folder.write_json(layout.INTERPRETATION, told)

    def _write_reference(self, trial: Trial, stages: Stages) -> None:
        """Keep what the data looked like, for new rows to be compared with, where a model leaves the run."""
        if trial.winner is None or not self.components.many("exporters"):
            return
        with stages.stage("reference") as stage:
            reference = reference_of(self.components, trial)
            if reference is None:
                stage.note = f"fewer than {LEAST} rows"
            else:
                self.folder.write_json(layout.REFERENCE, reference.plain())

    def _write_predictions(self, parts: Sequence[HeldOut]) -> None:
        numbers = sum(cells(part) for part in parts)
        if numbers > _MOST_PREDICTED:
            log.warning("predictions.csv is not written: it would hold %d numbers", numbers)
        elif parts:
            self.folder.write_text(layout.PREDICTIONS, predictions_table(parts))


def _diverged_message(diverged: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in diverged.items())
    return f"the training diverged ({told}). Try a smaller 'optimizer.learning_rate', or scale the features."


def _yaml(value: Any) -> str:
    return yaml.safe_dump(plain(value), sort_keys=False, allow_unicode=True, width=110)
