"""Runs the jobs of a sweep on this machine, one after the other or several at once."""

# No postponed annotations: Hydra 1.3 executes this before it is a module, and dataclasses would look for it.

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, configure_log, filter_overrides, run_job, setup_globals
from hydra.errors import HydraException
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

log = logging.getLogger(__name__)


@dataclass
class RunnerLauncherConf:
    """Settings of the launcher. workers: how many jobs run at once, each in a process of its own if more than one."""

    _target_: str = "hydra_plugins.runner.launcher.RunnerLauncher"
    workers: int = 1


ConfigStore.instance().store(group="hydra/launcher", name="runner", node=RunnerLauncherConf, provider="runner")


class RunnerLauncher(Launcher):
    """Composes all jobs, then runs them; a task with `run_batch` runs them by itself.

    `run_batch(job_overrides, initial_job_idx, *, hydra_context, config)` returns one JobReturn for each job.
    """

    #: A sweeper need not compose the jobs to see whether they can be.
    composes_first = True

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self.config: DictConfig | None = None
        self.task_function: TaskFunction | None = None
        self.hydra_context: HydraContext | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what a sweep's jobs have in common. Called by Hydra."""
        if self.workers < 1:
            raise HydraException(f"hydra.launcher.workers: {self.workers} are too few; at least 1 does the work")
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run jobs; the results come in the order of the jobs, failures among them."""
        assert self.config is not None
        assert self.hydra_context is not None
        run_batch = getattr(self.task_function, "run_batch", None)
        if run_batch is not None:
            returned: Sequence[JobReturn] = run_batch(
                job_overrides, initial_job_idx, hydra_context=self.hydra_context, config=self.config
            )
            return returned
        setup_globals()
        self._log_as_hydra()
        Path(str(self.config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
        configs = composed(self.hydra_context, self.config, job_overrides)
        for number, config in enumerate(configs, initial_job_idx):
            with open_dict(config):
                config.hydra.job.id, config.hydra.job.num = str(number), number
        log.info("Launching %d jobs locally", len(configs))
        if self.workers > 1:
            from .processes import run_in_processes  # a single worker needs no multiprocessing

            return run_in_processes(self._run, configs, job_overrides, self.workers)
        return [self._run(config, words) for config, words in zip(configs, job_overrides, strict=True)]

    def _run(self, config: DictConfig, words: Sequence[str]) -> JobReturn:
        assert self.hydra_context is not None
        assert self.task_function is not None
        log.info("\t#%s : %s", config.hydra.job.num, " ".join(filter_overrides(words)))
        returned = run_job(
            hydra_context=self.hydra_context,
            task_function=self.task_function,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
        )
        self._log_as_hydra()
        return returned

    def _log_as_hydra(self) -> None:
        """Set up logging as between jobs: each job brings its own."""
        assert self.config is not None
        assert self.hydra_context is not None
        allowed: dict[str, Any] = {}
        if hasattr(self.hydra_context, "execution_whitelist"):  # Hydra 1.4
            allowed["execution_whitelist"] = self.hydra_context.execution_whitelist
        configure_log(self.config.hydra.hydra_logging, self.config.hydra.verbose, **allowed)


def composed(context: HydraContext, config: DictConfig, jobs: Sequence[Sequence[str]]) -> list[DictConfig]:
    """Compose all jobs of a sweep. Raises what Hydra raises for the first that cannot be composed."""
    loader = context.config_loader
    if type(loader) is not ConfigLoaderImpl:  # another loader may do more than compose
        return [loader.load_sweep_config(config, list(words)) for words in jobs]
    from runner.declare.fast import Composer  # Hydra imports plugins at every start, this only a sweep needs

    composer = Composer(loader, config.hydra.job.config_name, config)
    return [composer.config(words) for words in jobs]
