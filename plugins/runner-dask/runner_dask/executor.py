"""The executor `dask`: tasks on a cluster that exists, that a job queue makes, or that this machine is.

runner -m +experiment=digits executor=dask optimizer.learning_rate=0.1,0.2          # processes of this machine
runner -m … executor=dask executor.address=tcp://10.0.0.5:8786                      # a scheduler that runs
runner -m … executor=dask executor.jobqueue=slurm executor.jobs=10 'executor.job={cores: 1, memory: 4GB, …}'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from runner.errors import ConfigError
from runner_dask.cluster import Cluster, existing, of_this_machine, queued
from runner_dask.flight import Flights
from runner_dask.workers import Needs

Queue = Literal["slurm", "pbs", "sge", "lsf", "htcondor", "oar", "moab"]


@dataclass
class DaskExecutor:
    """Carry out folds and trials on Dask workers. Whoever reaches a scheduler's port can run code on its workers.

    address: of a scheduler that runs, such as tcp://host:8786; tls:// with the certificates that Dask is configured
    with. jobqueue: the batch system that starts workers, with `job` for each job (dask-jobqueue's options, such as
    cores, memory, queue, walltime, and the network interface where the scheduler listens) and `jobs` of them. Without
    either, `jobs` processes of this machine, by default one per core, reachable from here only.
    threads: that each task may use. store: where workers keep results that others need: a folder that all see, or
    an address that fsspec understands; by default the sweep's own. resources, together: amounts of a task, and of a
    fused training, that a worker must have (Dask's abstract resources). dashboard: tell where Dask's page is, and
    serve it where the scheduler is ours. wait: seconds for the first worker that can do what is asked, and for a
    lost scheduler, to come.
    """

    address: str | None = None
    jobqueue: Queue | None = None
    jobs: Annotated[int, Ge(1)] | None = None
    job: Mapping[str, Any] | None = None
    threads: Annotated[int, Ge(1)] = 1
    store: str | None = None
    resources: Mapping[str, float] | None = None
    together: Mapping[str, float] | None = None
    dashboard: bool = False
    wait: Annotated[float, Gt(0)] = 60.0

    elsewhere = True

    def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Send a task to the cluster, which is started or reached by the first one."""
        return self._flights.start(task, arguments)

    def slots(self) -> int:
        """Return how many tasks the workers that are there, or will be, carry out at once."""
        return self._cluster.slots()

    @property
    def where(self) -> str:
        """Tell where the work is done."""
        return self._cluster.where

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        if "_cluster" in self.__dict__:
            self._flights.close()
            self._cluster.close()
            del self.__dict__["_cluster"], self.__dict__["_flights"]

    @cached_property
    def _cluster(self) -> Cluster:
        if self.address is not None and self.jobqueue is not None:
            raise ConfigError(
                "executor.address names a cluster that runs, and executor.jobqueue starts one: give one."
            )
        if self.job and self.jobqueue is None:
            raise ConfigError(
                "executor.job says what a batch job asks for; name the batch system by executor.jobqueue."
            )
        if self.address is not None:
            return existing(self.address, self._needs, self.wait, dashboard=self.dashboard)
        if self.jobqueue is not None:
            job = dict(self.job or {})
            return queued(self.jobqueue, self.jobs or 1, job, self._needs, self.wait, dashboard=self.dashboard)
        return of_this_machine(self.jobs, self._needs, dashboard=self.dashboard)

    @property
    def _needs(self) -> Needs:
        return Needs(self.resources or {}, self.together or {})

    @cached_property
    def _flights(self) -> Flights:
        return Flights(self._cluster.client, self._needs, self.wait)
