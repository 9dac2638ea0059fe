"""Expands a sweep's words into jobs and has them launched, all of them, whatever becomes of some."""

# No postponed annotations: Hydra 1.3 executes this before it is a module, and dataclasses would look for it.

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import CompactHydraException, HydraException
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from .launcher import RunnerLauncher, composed

#: So many failures are told one by one.
MANY_FAILURES = 20


@dataclass
class RunnerSweeperConf:
    """Settings of the sweeper. max_batch_size: jobs launched together; params: swept keys -> values."""

    _target_: str = "hydra_plugins.runner.sweeper.RunnerSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="runner", node=RunnerSweeperConf, provider="runner")


class SweepFailed(CompactHydraException):
    """Some jobs of a sweep failed; the others are done."""


class RunnerSweeper(Sweeper):
    """Launches every combination of the swept values; a task with `run_sweep` sweeps by itself.

    `run_sweep(words, *, hydra_context, config)` gets the words as they were written, and returns anything; it is
    not asked where another launcher than ours is chosen.
    """

    def __init__(self, max_batch_size: int | None = None, params: dict[str, str] | None = None) -> None:
        self.max_batch_size = max_batch_size
        self.params = params
        self.config: DictConfig | None = None
        self.launcher: Launcher | None = None
        self.task_function: TaskFunction | None = None
        self.hydra_context: HydraContext | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what the jobs have in common, and make the launcher. Called by Hydra."""
        if self.max_batch_size is not None and self.max_batch_size < 1:
            raise HydraException(f"hydra.sweeper.max_batch_size: {self.max_batch_size} jobs are no batch")
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Run the sweep. Returns the results batch by batch; raises SweepFailed, or the error of the only job."""
        assert self.config is not None
        assert self.hydra_context is not None
        words = [*(f"{key}={value}" for key, value in (self.params or {}).items()), *arguments]
        run_sweep = getattr(self.task_function, "run_sweep", None)
        if run_sweep is not None and isinstance(self.launcher, RunnerLauncher):
            return run_sweep(words, hydra_context=self.hydra_context, config=self.config)
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        jobs = expanded(parser.parse_overrides(words))
        self._write_sweep()
        returned = list(self._launched(jobs))
        _raise_failures([job for batch in returned for job in batch])
        return returned

    def _write_sweep(self) -> None:
        assert self.config is not None
        folder = Path(str(self.config.hydra.sweep.dir))
        folder.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(self.config, folder / "multirun.yaml")

    def _launched(self, jobs: Sequence[Sequence[str]]) -> Iterator[Sequence[JobReturn]]:
        assert self.launcher is not None
        assert self.hydra_context is not None
        assert self.config is not None
        size = self.max_batch_size or len(jobs)
        if size < len(jobs) or not getattr(self.launcher, "composes_first", False):
            composed(self.hydra_context, self.config, jobs)  # so that a mistake is told before the first job
        for start in range(0, len(jobs), max(size, 1)):
            yield self.launcher.launch(jobs[start : start + size], initial_job_idx=start)


def expanded(overrides: Sequence[Override]) -> list[list[str]]:
    """Return the words of each job: all combinations, the last word varying fastest.

    A key given twice counts where it stood first, with what was given last. Raises HydraException for an
    interval, of which there is no list.
    """
    axes: dict[str, list[str]] = {}
    for override in overrides:
        key = override.get_key_element()
        if not override.is_sweep_override():
            assert override.input_line is not None
            axes[key] = [override.input_line]
        elif override.is_discrete_sweep():
            axes[key] = [f"{key}={value}" for value in override.sweep_string_iterator()]
        else:
            raise HydraException(
                f"{override.input_line!r}: an interval has no end of values; give a choice or a range, "
                "or take a sweeper that searches"
            )
    return [list(job) for job in itertools.product(*axes.values())]


def _raise_failures(jobs: Sequence[JobReturn]) -> None:
    failed = [(number, job) for number, job in enumerate(jobs) if job.status != JobStatus.COMPLETED]
    if not failed:
        return
    if len(jobs) == 1:
        _ = jobs[0].return_value  # raises the original
    lines = [f"{len(failed):,} of {len(jobs):,} jobs failed:"]
    for number, job in failed[:MANY_FAILURES]:
        error = job._return_value
        lines.append(f"  #{number}  {' '.join(job.overrides or [])}\n      {type(error).__name__}: {error}")
        if job.hydra_cfg is not None:
            lines.append(f"      in {job.hydra_cfg.hydra.runtime.output_dir}")
    if len(failed) > MANY_FAILURES:
        lines.append(f"  … and {len(failed) - MANY_FAILURES:,} more")
    raise SweepFailed("\n".join(lines)) from failed[0][1]._return_value
