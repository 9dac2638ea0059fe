"""The command line as Hydra understands it: run once, run many, show the config, complete a word.

`carry_out` is `hydra.main` rewritten for a program with its own config sources, its own check behind each
job and its own errors; the modes themselves are Hydra's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra._internal.hydra import Hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import HydraException
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from runner.checking import SettingError
from runner.declare.composing import (
    CONFIG_NAME,
    Setup,
    declared,
    opened_hydra,
    origin_of,
)
from runner.declare.explain import explain, is_hydras
from runner.declare.flags import Flags
from runner.declare.hydra_arguments import args_parser, lenient_helps
from runner.declare.rules import check_words
from runner.errors import ConfigError, ExitCode, RunnerError
from runner.execute.request import Request
from runner.record.environment import code_state, packages
from runner.record.storage import storage_errors
from runner.record.sweeps import TrialSummary

if TYPE_CHECKING:
    from runner.trials.sweeping import Wanted

    #: Carries out a sweep; returns the exit code, and how its trials ended.
    Sweep = Callable[[Wanted], tuple[int, Sequence[TrialSummary]]]

#: Carries out one request and returns its primary score. Raises RunnerError where it failed.
Task = Callable[[Request], float | None]

log = logging.getLogger("runner")


@dataclass
class _Jobs:
    """The task as Hydra calls it: once for a run, `run_sweep` for a sweep, or once per job of a foreign one."""

    setup: Setup
    task: Task
    sweep: Sweep
    options: Flags
    command: Sequence[str]
    many: bool
    exit_code: int = ExitCode.OK
    done: dict[str, float | None] = field(default_factory=dict)
    failed: list[tuple[Sequence[str], Exception]] = field(default_factory=list)
    batched: list[list[str]] = field(default_factory=list)
    context: Any = None

    @cached_property
    def _surroundings(self) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """The state of the folder's code and what is installed: asked here, while the companion warms up."""
        code = code_state(self.setup.folder)
        return (None if code is None else asdict(code)), packages()

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot travel to the processes of a foreign launcher, and what they have no use for."""
        return {**vars(self), "sweep": None, "context": None}

    def __call__(self, config: DictConfig) -> float | None:
        """Run one composed job. Hydra hands in a copy without its own node, which `HydraConfig` holds."""
        hydra_config = HydraConfig.get()
        words = list(hydra_config.overrides.task)
        choices = hydra_config.runtime.choices
        request = Request(
            declared=declared(config),
            root=str(hydra_config.runtime.output_dir),
            folder=str(self.setup.folder),
            name=choices.get("experiment"),
            command=["runner", *words] if self.many else list(self.command),
            overrides=words,
            judged=True,
            code=self._surroundings[0],
            packages=self._surroundings[1],
            choices={group: name for group, name in choices.items() if not str(group).startswith("hydra/")},
        )
        key = repr(request.declared)
        if key in self.done:
            return self.done[key]
        try:
            self.done[key] = self.task(request)
        except Exception as error:
            self.failed.append((words, error))
            if self.many:  # a sweeper that searches must hear of it
                raise
            return None
        return self.done[key]

    def run_sweep(self, words: Sequence[str], *, hydra_context: HydraContext, config: DictConfig) -> float | None:
        """Carry out a whole sweep. Called by our sweeper, with the words as they were written."""
        from runner.declare.sweeping import wanted  # a single run needs no sweeps

        loader, root = hydra_context.config_loader, str(config.hydra.sweep.dir)
        try:
            made = wanted(words, loader, self.setup, self.options, self.command, root)
            self.exit_code, _ = self.sweep(made)
        except SettingError as error:
            where = origin_of(None, self.setup).of(error.key)
            raise ConfigError(f"{error}\n  set by {where}" if where else str(error)) from error
        return None

    def run_batch(
        self,
        job_overrides: Sequence[Sequence[str]],
        initial_job_idx: int,
        *,
        hydra_context: HydraContext,
        config: DictConfig,
    ) -> Sequence[JobReturn]:
        """Carry out jobs that a foreign sweeper has chosen. Called by our launcher; all batches are one sweep."""
        del initial_job_idx
        self.batched += [list(words) for words in job_overrides]
        self.context = (hydra_context.config_loader, str(config.hydra.sweep.dir))
        made = self._of_jobs(job_overrides)
        quiet = replace(made, options=replace(made.options, ship="none"))
        _, trials = self.sweep(quiet)
        by_settings = {repr(dict(trial.settings)): trial for trial in trials}
        ended = [by_settings.get(repr(dict(cell))) for cell in made.space.cells()]
        return [_returned(words, trial) for words, trial in zip(job_overrides, ended, strict=True)]

    def end(self) -> None:
        """After the last batch of a foreign sweeper: who won of all of them."""
        if self.batched:
            self.exit_code, _ = self.sweep(self._of_jobs(self.batched))

    def _of_jobs(self, jobs: Sequence[Sequence[str]]) -> Wanted:
        from runner.declare.sweeping import of_jobs  # as above

        loader, root = self.context
        return of_jobs(jobs, loader, self.options, self.command, root=root, folder=str(self.setup.folder))


def carry_out(argv: Sequence[str], setup: Setup, options: Flags, task: Task, sweep: Sweep) -> int:
    """Do what a command line asks. argv: without our own commands and flags. Raises RunnerError."""
    arguments = args_parser().parse_intermixed_args(list(argv))
    _check_arguments(arguments)
    words = list(arguments.overrides)
    if not arguments.shell_completion:
        check_words(words)
    setup = replace(
        setup,
        words=words,
        allow_outside=options.allow_outside,
        runs=_runs(arguments),
        config_dir=_config_dir(arguments.config_dir, setup.folder),
    )
    try:
        with opened_hydra(setup) as hydra:
            many = arguments.multirun or (_runs(arguments) and _asks_for_sweep(hydra, words))
            jobs = _Jobs(setup, task, sweep, options, ["runner", *argv], many)
            return _do(hydra, arguments, setup, jobs)
    except RunnerError:
        raise
    except Exception as error:
        if is_hydras(error) or isinstance(error.__cause__, RunnerError):
            raise explain(error, setup.catalogue, origin_of(None, setup)) from error
        raise


def _runs(arguments: Any) -> bool:
    return not (arguments.cfg or arguments.info or arguments.shell_completion or arguments.hydra_help)


def _check_arguments(arguments: Any) -> None:
    for flag in ("config_path", "config_name", "experimental_rerun"):
        if getattr(arguments, flag, None):
            name = flag.replace("_", "-")
            raise ConfigError(f"'--{name}' does not exist here; './conf' and '--config-dir' add configs")
    asked = [arguments.cfg, arguments.multirun, arguments.shell_completion, arguments.info, arguments.run]
    if sum(bool(flag) for flag in asked) > 1:
        raise ConfigError("only one of --run, --multirun, --cfg, --info and --shell-completion can be given")
    if arguments.resolve and not arguments.cfg:
        raise ConfigError("'--resolve' goes with '--cfg'")


def _config_dir(given: str | None, folder: Path) -> Path | None:
    if given is None:
        return None
    place = (folder / given).resolve()
    if not place.is_dir():
        raise ConfigError(f"--config-dir: {place} is no folder")
    log.warning("configs are also taken from %s", place)
    return place


def _do(hydra: Hydra, arguments: Any, setup: Setup, jobs: _Jobs) -> int:
    words = list(arguments.overrides)
    if arguments.cfg:
        hydra.show_cfg(CONFIG_NAME, words, arguments.cfg, arguments.package, arguments.resolve)
    elif arguments.shell_completion:
        with lenient_helps():  # for which Hydra makes its parser once more
            hydra.shell_completion(config_name=CONFIG_NAME, overrides=words)
    elif arguments.info:
        hydra.show_info(arguments.info, config_name=CONFIG_NAME, overrides=words)
    elif arguments.hydra_help:
        hydra.hydra_help(config_name=CONFIG_NAME, args_parser=args_parser(shown=True), args=arguments)
    elif jobs.many:
        return _run_many(hydra, words, jobs)
    else:
        _run_once(hydra, words, setup, jobs)
    return ExitCode.OK


def _run_once(hydra: Hydra, words: Sequence[str], setup: Setup, jobs: _Jobs) -> None:
    try:
        hydra.run(CONFIG_NAME, jobs, list(words))
    except HydraException:  # some of these call themselves OSError
        raise
    except OSError as error:
        with storage_errors("making", Path(error.filename or setup.folder)):
            raise error from None
    if jobs.failed:
        raise jobs.failed[0][1]


def _returned(words: Sequence[str], trial: TrialSummary | None) -> JobReturn:
    """Tell a foreign sweeper how a job ended, in Hydra's words."""
    returned = JobReturn(overrides=list(words))
    if trial is not None and trial.state == "done":
        returned.status, returned.return_value = JobStatus.COMPLETED, trial.score
    else:
        state = "was not carried out" if trial is None else f"ended {trial.state!r}"
        returned.status, returned.return_value = JobStatus.FAILED, RunnerError(f"the trial {' '.join(words)} {state}")
    return returned


def _asks_for_sweep(hydra: Hydra, words: Sequence[str]) -> bool:
    """Say whether a command without `-m` is a sweep all the same: several seeds, or `hydra.mode: MULTIRUN` in a file.

    Errors are left to the run itself. Composing costs 50 ms, so only a file that speaks of a sweep is asked twice.
    """
    files = list(_chosen_files(hydra, words))
    seeds = [word.partition("=")[2] for word in words if word.startswith("repeat.seeds=")]
    seeds = seeds or [str(OmegaConf.select(file, "repeat.seeds") or 1) for file in files]
    if seeds and seeds[-1] != "1":
        return True
    if not any("hydra.mode" in word for word in words) and not any(_select_mode(file) for file in files):
        return False
    mode = hydra.get_mode(config_name=CONFIG_NAME, overrides=list(words))
    return mode is not None and mode.name == "MULTIRUN"


def _select_mode(file: DictConfig) -> bool:
    return OmegaConf.select(file, "hydra.mode") is not None


def _chosen_files(hydra: Hydra, words: Sequence[str]) -> Iterator[DictConfig]:
    """Give the files of the experiments that are chosen, as they are written."""
    for name in [word.partition("=")[2] for word in words if word.lstrip("+").startswith("experiment=")]:
        for source in hydra.config_loader.get_sources():
            if source.scheme() != "structured" and source.is_config(f"experiment/{name}"):
                file = source.load_config(f"experiment/{name}").config
                if isinstance(file, DictConfig):
                    yield file
                break


def _run_many(hydra: Hydra, words: Sequence[str], jobs: _Jobs) -> int:
    try:
        hydra.multirun(CONFIG_NAME, jobs, [*words, "hydra.mode=MULTIRUN"])
        jobs.end()
    except Exception:
        if not jobs.failed:
            raise
    if not jobs.failed:
        return jobs.exit_code
    raise TrialsFailed(_summary(jobs))


class TrialsFailed(RunnerError):
    """Some trials of a sweep failed; the others are done."""


def _summary(jobs: _Jobs) -> str:
    lines = [f"{len(jobs.failed)} of {len(jobs.failed) + len(jobs.done):,} trials failed:"]
    for words, error in jobs.failed[:20]:
        lines.append(f"  {' '.join(words)}\n    {str(error).splitlines()[0]}")
    if len(jobs.failed) > 20:
        lines.append(f"  … and {len(jobs.failed) - 20:,} more")
    return "\n".join(lines)
