"""The runner from Python: the same experiments without Hydra and without a command line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from runner.catalogue import Catalogue
from runner.contracts import Axis
from runner.discovery import hidden_by
from runner.drifting.comparing import Drift
from runner.execute.drift_of_run import drift_of
from runner.execute.new_rows import read_new_rows
from runner.execute.recorded import Outcome, execute, trusted_types
from runner.execute.request import Request
from runner.execute.shipping_again import Shipped, Wish, bundled, exported_again, meant_by, trained_again
from runner.plan.cells import declared_with
from runner.plan.keys import digest_of
from runner.plan.outline import Outline
from runner.plan.space_section import space_of
from runner.record.environment import code_state, packages
from runner.record.loading import LoadedModel
from runner.record.loading import load as load_recorded
from runner.record.read import Run
from runner.record.sweeps import TrialSummary
from runner.report.pages import PAGE, pages_told, write_run_page
from runner.trials.options import split_section
from runner.trials.sweeping import SweepOutcome, Wanted
from runner.trials.sweeping import sweep as carry_out_sweep

_DEFAULTS: Mapping[str, Any] = {"exporters": ["skops"], "executor": "inline"}


def run(
    experiment: Mapping[str, Any], *, outputs: str | Path | None = None, catalogue: Catalogue | None = None
) -> Outcome:
    """Run one experiment and return how it ended; `outcome.path` is its run folder.

    experiment: groups and general settings as in a config, e.g. {"source": {"use": "csv", "path": "a.csv",
    "target": "y"}, "splitter": "kfold", "model": {"use": "softmax", "l2": 1e-3}, "metrics": ["accuracy"]}.
    outputs: where run folders go; by default what the experiment says, or ./outputs. catalogue: of components;
    by default of those installed.
    Raises RunnerError (ConfigError, DataError, …) where the run fails; the run folder then holds its log.
    """
    folder = Path.cwd()
    code = code_state(folder)
    request = Request(
        declared={**_DEFAULTS, **experiment},
        root=str(outputs or experiment.get("outputs", "outputs")),
        folder=str(folder),
        name=experiment.get("name"),
        code=None if code is None else asdict(code),
        packages=packages(),
    )
    outcome = execute(request, catalogue or _installed(), page=write_run_page)
    if outcome.error is not None:
        raise outcome.error
    return outcome


def sweep(
    experiment: Mapping[str, Any],
    *,
    outputs: str | Path | None = None,
    drift: Literal["refuse", "accept", "rerun"] = "refuse",
    catalogue: Catalogue | None = None,
) -> SweepOutcome:
    """Carry out the sweep that an experiment declares, or go on with it; `outcome.best` is the winner.

    experiment: as for `run`, and the section `sweep` with its space and how it is carried out, e.g.
    {..., "sweep": {"grid": {"model.l2": [1e-4, 1e-3]}, "workers": 2}, "search": "random"}. drift: what to do where
    finished trials were made with other code or data. A declaration that holds objects (a frame), or a
    catalogue of your own, is carried out in this process; any other by worker processes.
    Raises RunnerError before the first trial; of trials that fail, `outcome.trials` tells.
    """
    base = {**_DEFAULTS, **experiment}
    section, options = split_section(base.pop("sweep", None))
    chosen = base.pop("search", None)
    search = {"use": chosen} if isinstance(chosen, str) else chosen
    folder = Path.cwd()
    code = code_state(folder)
    asked = Wanted(
        name=str(experiment.get("name") or "unnamed"),
        space=space_of(section, {}, _parse, base),
        declare=partial(declared_with, {key: value for key, value in base.items() if key != "outputs"}),
        fixed=[
            digest_of({key: value for key, value in base.items() if key not in ("report", "interpret")}),
            search and search["use"],
        ],
        options=options,
        search=search,
        root=str(Path(outputs or experiment.get("outputs", "outputs")).absolute()),
        folder=str(folder),
        code=None if code is None else asdict(code),
        packages=packages(),
        drift=drift,
        disabled=tuple(hidden_by(os.environ)),
        page=PAGE,
    )
    offers = catalogue or _installed()
    crew = None if catalogue is None and _is_plain(base) and os.name == "posix" else _inline(offers)
    outcome = carry_out_sweep(asked, offers, _Unwatched(), crew)
    if outcome.report != "html" or outcome.path is None or outcome.signal is not None:
        return outcome
    return replace(outcome, notes=[*outcome.notes, *pages_told(outcome.path)])


def _installed() -> Catalogue:
    """Return what is installed, and what `./runner_plugins.py` offers, but for what RUNNER_DISABLE hides."""
    return Catalogue.installed(hidden_by(os.environ), Path.cwd())


class _Unwatched:
    """Hears how a sweep goes and shows nothing."""

    shows = False

    def opened(self, folder: Path, direction: str | None, workers: int) -> None: ...

    def planned(self, outline: Outline, trials: int, resumed: Sequence[TrialSummary]) -> None: ...

    def started(self, number: int) -> None: ...

    def ended(self, trial: TrialSummary, message: str | None, log: Path | None) -> None: ...

    def tick(self) -> None: ...

    def tell(self, line: str) -> None: ...


def _parse(key: str, text: str) -> Axis:
    """Read values written in Hydra's grammar, such as "range(1, 5)"."""
    from runner.declare.axes import of_text  # Hydra, which only such a text needs

    return of_text(key, text)


def _is_plain(declared: Mapping[str, Any]) -> bool:
    """Say whether a declaration can be sent to another process."""
    try:
        json.dumps(declared)
    except (TypeError, ValueError):
        return False
    return True


def _inline(catalogue: Catalogue) -> Any:
    from runner.trials.inline import Inline  # scikit-learn, which workers import otherwise

    return Inline(catalogue)


def load(
    run_dir: str | Path,
    *,
    catalogue: Catalogue | None = None,
    trust_pickle: str | None = None,
    engine: str | None = None,
    allow_modified: bool = False,
) -> LoadedModel:
    """Load the model of a finished run or a bundle, after checking that its files are the ones that were written.

    engine: which export answers, such as "onnx"; by default the pipeline itself.
    trust_pickle: sha256 of the `.unsafe.pkl` to load, for a run that was exported in no safe format.
    allow_modified: use the files as they are, though they are not the ones that were written.
    Raises IntegrityError for changed files, ConfigError where there is no finished run.
    """
    offers = catalogue or _installed()
    return load_recorded(
        Path(run_dir),
        trusted_types=trusted_types(offers),
        exporters=_Exporters(offers),
        trust_pickle=trust_pickle,
        engine=engine,
        allow_modified=allow_modified,
    )


def ship(
    folder: str | Path,
    *,
    to: str | Path | None = None,
    exporters: Sequence[Any] | Mapping[str, Any] | None = None,
    compressors: Sequence[Any] | Mapping[str, Any] | None = None,
    deployers: Sequence[Any] | Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    refit: bool = False,
    outputs: str | Path = "outputs",
    command: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> Shipped:
    """Ship a finished run or the winner of a sweep: compress, export, prove, bundle, deploy; see `shipped.bundle`.

    to: the bundle, ./bundle-<id> by default; what deployers make goes beside it, `<to>-<deployer>`. exporters,
    compressors, deployers: as a declaration names them; recorded exporters and compressors stay where none are given.
    settings: dotted key -> value in these groups. refit: train on all rows. Compressors and a refit have the run
    carried out again, into `outputs`; otherwise the recorded model itself is shipped.
    Raises IntegrityError for changed files and for exports that answer otherwise, ConfigError where there is nothing
    to ship.
    """
    offers = catalogue or Catalogue.installed()
    given = {"exporters": exporters, "compressors": compressors, "deployers": deployers}
    wish = Wish({group: steps for group, steps in given.items() if steps is not None}, settings or {}, refit)
    meant = meant_by(Path(folder))
    place = Path(to) if to is not None else Path(f"bundle-{meant.name}")
    code = code_state(Path.cwd())
    request = Request(
        declared=wish.declared(meant.declared),
        root=str(outputs),
        folder=str(Path.cwd()),
        name=meant.experiment,
        command=command,
        code=None if code is None else asdict(code),
        packages=packages(),
    )

    def pipeline_of(run_dir: Path) -> Any:
        return load(run_dir, catalogue=offers).pipeline

    if meant.run is None or wish.trains:
        return trained_again(request, offers, place, pipeline_of, meant.run, refit=refit)
    pipeline = pipeline_of(meant.run.path)
    if wish.changes_nothing:
        return bundled(meant.run, pipeline, offers, place)
    return exported_again(meant.run, pipeline, request, offers, place)


def drift(
    run_dir: str | Path,
    rows: Any,
    *,
    alpha: float = 0.05,
    mark: float = 0.1,
    source: Mapping[str, Any] | None = None,
    catalogue: Catalogue | None = None,
) -> Drift:
    """Compare new rows with those that a finished run was made with; `.drifts` says whether they differ.

    rows: a frame or an array as the run's model takes them, or the path of a file. alpha: the share of false alarms
    that is put up with. mark: how large a shift has to be, as a population stability index. source: what reads the
    file, such as {"use": "csv", "separator": ";"}; by default as the run's own data were read.
    Raises IntegrityError for a run that was changed, DataError for rows that cannot be read or are others' rows,
    ConfigError for a run that keeps no reference.
    """
    offers = catalogue or Catalogue.installed()
    run = Run.open(Path(run_dir))
    run.verify()
    if isinstance(rows, str | Path):
        rows = read_new_rows(run, Path(rows), offers, source)
    return drift_of(run, rows, lambda: load(run.path, catalogue=offers).pipeline, alpha=alpha, mark=mark)


class _Exporters(Mapping[str, Any]):
    """The exporters by name, built when one is looked up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._catalogue.find("exporter", name).build({})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._catalogue.has("exporter", name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.names("exporter"))

    def __len__(self) -> int:
        return len(self._catalogue.names("exporter"))
