"""A run shipped again: its recorded model exported in other formats, or trained once more and compressed.

Where only exporters or deployers are asked for, the recorded model itself is exported, so that it stays bit for bit
the one that was scored; its exports are proven on the rows of the source, or, where the source does not give the
recorded rows any more, on golden rows. Where compressors or a refit are asked for, the declaration is carried out
again as a run of its own, and its trainings are compared with the recorded ones bit by bit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from runner.catalogue import Catalogue
from runner.data import Dataset
from runner.errors import ConfigError, IntegrityError, RunnerError
from runner.execute.components import Components, build_components
from runner.execute.data_report import data_report
from runner.execute.exporting import Shipping
from runner.execute.fold import FittedFold
from runner.execute.gathering import Gathered, gather
from runner.execute.observing import Stages
from runner.execute.proving import QUARANTINE
from runner.execute.recorded import execute, trusted_types
from runner.execute.request import Request
from runner.execute.surroundings import Surroundings
from runner.execute.trial import Trial, sample_of
from runner.plan.cells import declared_with
from runner.plan.experiment import Experiment, resolve
from runner.plan.streamed import streams
from runner.record import layout, strict_json
from runner.record.comparing_inputs import record_of
from runner.record.folder import DOWNLOADS, RunFolder
from runner.record.read import Run
from runner.record.read_sweep import Sweep, is_sweep
from runner.ship.bundling import KEPT, write_bundle
from runner.ship.golden import golden
from runner.ship.rows import features_of
from runner.ship.signature import Signature

#: What a person may ask to be otherwise than recorded, beside single settings.
STEPS = ("exporters", "compressors", "deployers")


@dataclass(frozen=True)
class Meant:
    """What is to be shipped. run: as recorded, verified; None for a sweep's winner that was not run whole."""

    name: str
    experiment: str
    declared: Mapping[str, Any]
    run: Run | None


def meant_by(folder: Path) -> Meant:
    """Find a run, or the winner of a sweep. Raises IntegrityError for changed files, ConfigError without a winner."""
    if not is_sweep(folder):
        return _of_run(Run.open(folder))
    sweep = Sweep.open(folder)
    if sweep.best is not None:
        return _of_run(Run.open(sweep.best))
    chosen = [event["number"] for event in sweep.events() if event.get("event") == "chosen"]
    if not chosen:
        raise ConfigError(f"the sweep '{folder}' has chosen no trial yet. Let it end: 'runner resume {folder}'.")
    declared = declared_with(sweep.info.base, sweep.trial(chosen[-1]).settings)
    return Meant(folder.resolve().name, sweep.info.experiment, declared, None)


def _of_run(run: Run) -> Meant:
    run.verify()
    return Meant(run.info.id, run.info.experiment, run.config, run)


@dataclass(frozen=True)
class Wish:
    """How a run is to be shipped.

    steps: of `STEPS` -> names, or steps as a declaration has them; what is not named stays as recorded, and nothing
    is deployed. settings: dotted key -> value, of these groups. refit: train on all rows.
    """

    steps: Mapping[str, Any]
    settings: Mapping[str, Any]
    refit: bool = False

    @property
    def trains(self) -> bool:
        """Whether another model than the recorded one is wanted."""
        groups = {key.partition(".")[0] for key in self.settings}
        return self.refit or "compressors" in self.steps or "compressors" in groups

    @property
    def changes_nothing(self) -> bool:
        """Whether the run is wanted as it is."""
        return not self.steps and not self.settings and not self.refit

    def declared(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return the declaration to carry out. Raises ConfigError for settings of other groups."""
        strange = [key for key in self.settings if key.partition(".")[0] not in STEPS or "." not in key]
        if strange:
            raise ConfigError(
                f"{', '.join(strange)}: only {', '.join(f'{group}.NAME.OPTION' for group in STEPS)} can be set when "
                "a run is shipped; for anything else, run the experiment with it."
            )
        steps = {group: self._chosen(group, recorded) for group in STEPS if group in self.steps}
        changed = {**recorded, "deployers": {}, "trackers": {}, "report": "none", **steps}
        changed |= {"refit": "always"} if self.refit else {}
        return declared_with(changed, self.settings)

    def _chosen(self, group: str, recorded: Mapping[str, Any]) -> Any:
        """Take a step that was recorded with the options it had."""
        chosen, before = self.steps[group], recorded.get(group) or {}
        if isinstance(chosen, Mapping):
            return dict(chosen)
        named = [before.get(one, {"use": one}) if isinstance(one, str) else one for one in chosen]
        names = [one if isinstance(one, str) else str(one["use"]) for one in chosen]
        return dict(zip(names, named, strict=True)) if len(set(names)) == len(names) else named


@dataclass(frozen=True)
class Shipped:
    """What was shipped. bundle, deployments: folders; run: that the model is of; notes: what to know."""

    bundle: Path
    deployments: Sequence[Path]
    run: Path
    notes: Sequence[str] = ()


def bundled(run: Run, pipeline: Any, catalogue: Catalogue, to: Path) -> Shipped:
    """Bundle a run as it is. run: verified; pipeline: what it ships."""
    check_place(to, {})
    experiment = resolve(run.config, catalogue, name=run.name)
    write_bundle(run.path, run.info, pipeline, to, _distributions(experiment))
    return Shipped(to, (), run.path)


def trained_again(
    request: Request, catalogue: Catalogue, to: Path, load: Callable[[Path], Any], like: Run | None, *, refit: bool
) -> Shipped:
    """Carry out a declaration as a run of its own and bundle what it ships. Raises as the run does.

    load: run folder -> what it ships. like: the run it is compared with, None where there is none. refit: was asked
    for, so that nothing recorded is like it.
    """
    check_place(to, request.declared)
    experiment = resolve(request.declared, catalogue, name=request.name, judged=request.judged)
    if not experiment.many("exporters"):
        raise ConfigError("nothing would be exported, so there is nothing to ship. Name one: '--exporters skops'.")
    outcome = execute(request, catalogue)
    if outcome.error is not None:
        raise outcome.error
    run = Run.open(outcome.path)
    write_bundle(run.path, run.info, load(run.path), to, _distributions(experiment))
    notes = [*outcome.remarks, *([] if like is None else [_likeness(like, run, refit=refit)])]
    return Shipped(to, _beside(to, run.path / layout.DEPLOYMENTS), run.path, tuple(notes))


def exported_again(run: Run, pipeline: Any, request: Request, catalogue: Catalogue, to: Path) -> Shipped:
    """Export the recorded model anew, prove it, bundle it and deploy that. run: verified; pipeline: what it ships.

    Raises IntegrityError for an export that answers otherwise; it is then in a folder beside `to`.
    """
    if not hasattr(pipeline, "steps"):
        raise ConfigError(
            f"run {run.info.id!r} kept no export that gives its very pipeline back, as 'skops' does, so it cannot be "
            "exported anew. Have it trained again: '--refit'."
        )
    check_place(to, request.declared)
    experiment = resolve(request.declared, catalogue, name=request.name, judged=request.judged)
    surroundings = Surroundings(catalogue, Path(request.folder), Path(request.root, DOWNLOADS).absolute())
    components = build_components(experiment, surroundings.folder)
    signature = Signature.read(strict_json.read(run.path / layout.SIGNATURE))
    trial, notes = _trial(run, pipeline, experiment, components, surroundings, signature)
    with TemporaryDirectory(prefix="runner-ship-") as name:
        work = RunFolder(Path(name) / run.info.id, run.info.id, run.info.experiment)
        work.path.mkdir()
        for kept in KEPT:
            if (run.path / kept).is_file() and kept not in (layout.SIGNATURE, layout.PROOFS):
                work.write_bytes(kept, (run.path / kept).read_bytes())
        work.write_text(layout.RESOLVED, yaml.safe_dump(experiment.declared, sort_keys=False, allow_unicode=True))
        shipping = Shipping(
            components=components,
            folder=work,
            trusted=trusted_types(catalogue),
            converters=catalogue.onnx_converters(),
            info=lambda: run.info,
            signature=signature,
            afresh=True,
        )
        try:
            shipping.carry_out(experiment.name, trial, Stages())
        except IntegrityError as error:
            _keep_quarantine(work.path / QUARANTINE, to, error)
            raise
        write_bundle(work.path, run.info, pipeline, to, components.distributions)
        deployments = _beside(to, work.path / layout.DEPLOYMENTS)
    return Shipped(to, deployments, run.path, tuple(notes))


def check_place(to: Path, declared: Mapping[str, Any]) -> None:
    """Refuse, before any work, to write where something is already. Raises ConfigError."""
    for place in (to, *(_deployment(to, str(name)) for name in declared.get("deployers") or ())):
        if place.exists():
            raise ConfigError(f"'{place}' is there already. Name a folder that is not, with '--to'.")


def _trial(
    run: Run,
    pipeline: Any,
    experiment: Experiment,
    components: Components,
    surroundings: Surroundings,
    signature: Signature,
) -> tuple[Trial, list[str]]:
    """Put the recorded model in the place of one that was just trained."""
    notes: list[str] = []
    try:
        data = _gathered(run, experiment, components, surroundings)
    except RunnerError as error:
        columns = golden(pipeline, signature)["columns"]
        rows = Dataset.of(features_of(signature, columns))
        told = data_report(rows, rows, (), (), classifier=signature.classes is not None)
        data = Gathered(rows, rows, (), {}, told)
        notes.append(f"its exports are proven on golden rows only: {error}")
    folds = [_fold(number, pipeline, data.clean.take(fold.held_out)) for number, fold in enumerate(data.folds)]
    model = _fold(None, pipeline, None)
    return Trial(data, folds, None, model, run.scores, (), sample_of(components, data.raw)), notes


def _gathered(run: Run, experiment: Experiment, components: Components, surroundings: Surroundings) -> Gathered:
    """Read the rows again. Raises RunnerError where they are not there, or not those that were recorded."""
    if streams(experiment):
        raise ConfigError("the rows of this run came in batches")
    data = gather(components, surroundings.context(experiment.seed), Stages())
    then = run.fingerprints.get("raw", {}).get("sha256")
    if data.fingerprints["raw"]["sha256"] != then:
        raise IntegrityError("the source gives other rows than those that were recorded")
    return data


def _fold(number: int | None, pipeline: Any, test: Dataset | None) -> FittedFold:
    return FittedFold(number, pipeline, (), test, None, {}, (), {}, None, None)


def _likeness(then: Run, now: Run, *, refit: bool) -> str:
    """Say whether the trainings of two runs gave the same bits; what is trained on all rows is left out."""
    before, after = _bits(then), _bits(now)
    if before is None or after is None:
        return f"run {then.info.id} kept no bits, so nothing can be compared with it"
    left_out = {"shipped", *(("refit",) if refit else ())}
    if all(before.get(key) == after.get(key) for key in before.keys() - left_out):
        return f"its trainings are bit for bit those of run {then.info.id}"
    return (
        f"its trainings are NOT bit for bit those of run {then.info.id}: 'runner replay {then.info.id}' names the "
        "first stage that differs"
    )


def _bits(run: Run) -> Mapping[str, Any] | None:
    told: Mapping[str, Any] | None = record_of(run, layout.BITS)
    return told


def _distributions(experiment: Experiment) -> tuple[str, ...]:
    return tuple(sorted({step.offer.plugin.distribution for step in experiment}))


def _beside(to: Path, deployments: Path) -> list[Path]:
    """Copy what the deployers wrote beside the bundle: `<to>-<deployer>`."""
    if not deployments.is_dir():
        return []
    found = sorted(path for path in deployments.iterdir() if path.is_dir())
    return [Path(shutil.copytree(path, _deployment(to, path.name))) for path in found]


def _deployment(to: Path, name: str) -> Path:
    return to.with_name(f"{to.name}-{name}")


def _keep_quarantine(folder: Path, to: Path, error: IntegrityError) -> None:
    """Put the exports that failed where they can be looked at, and say so."""
    if folder.is_dir():
        place = _deployment(to, QUARANTINE)
        shutil.copytree(folder, place, dirs_exist_ok=True)
        error.args = (str(error).replace(f"'{QUARANTINE}/", f"'{place}/"),)
